-- Batches that wait for a look before a repeat, on accounts that look nobody up, need review.
-- @verified text[]           accounts that look people up
-- @limit int
with left_over as materialized (
  select envelope, lo from batch where state = 'held' and reason = 'look_before_repeat' and account <> all(@verified::text[])
  limit @limit for update skip locked
)
update batch b set state = 'needs_review', reason = 'unknown_outcome', review_since = lethe_now(), look_at = null, look_tries = 0
from left_over l
where b.envelope = l.envelope and b.lo = l.lo and b.state = 'held' and b.reason = 'look_before_repeat'
