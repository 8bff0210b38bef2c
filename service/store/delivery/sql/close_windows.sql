-- Calls accepted batches done whose window has passed, the earliest first: by the database's clock, and by @now, so that a clock that has
-- just jumped closes none.
-- @now time                  the time as the caller has it
-- @verified text[]           accounts whose batches are not done before they were read back
-- @limit int
with due as materialized (
  select envelope, lo from batch where state = 'accepted' and window_end <= least(lethe_time(@now), (select lethe_now())) and account <> all(@verified::text[])
  order by window_end limit @limit for update skip locked
)
update batch b set state = 'done', finished_at = least(lethe_time(@now), lethe_now())
from due d where b.envelope = d.envelope and b.lo = d.lo and b.state = 'accepted'
