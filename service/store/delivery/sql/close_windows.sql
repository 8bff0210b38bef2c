-- Calls accepted batches done whose window has passed, the earliest first.
-- @now time
-- @verified text[]           accounts whose batches are not done before they were read back
-- @limit int
with due as materialized (
  select envelope, lo from batch where state = 'accepted' and window_end <= lethe_time(@now) and account <> all(@verified::text[])
  order by window_end limit @limit for update skip locked
)
update batch b set state = 'done', finished_at = lethe_time(@now)
from due d where b.envelope = d.envelope and b.lo = d.lo and b.state = 'accepted'
