-- Lets batches go as early as the batch that waits for them, and likewise those that they wait for themselves. What is in a call, or was, is
-- left as it is: nothing hurries it. To be run under the lock of the account.
-- @envelope envelope         of the batch that waits
-- @lo int                    its first run
with recursive waiting as (
  select b.envelope, b.blocked_by_envelope, b.blocked_by_lo, b.blocked_by_hi from batch b
  where b.envelope = @envelope and b.state = 'held' and b.reason = 'earlier_operation'
), chain as (
  select b.envelope, b.lo from waiting w join batch b
    on b.envelope = w.blocked_by_envelope and b.lo <= w.blocked_by_hi and b.hi >= w.blocked_by_lo
  union
  select b.envelope, b.lo from chain c join batch w on w.envelope = c.envelope and w.lo = c.lo and w.state = 'held' and w.reason = 'earlier_operation'
    join batch b on b.envelope = w.blocked_by_envelope and b.lo <= w.blocked_by_hi and b.hi >= w.blocked_by_lo
), late as materialized (
  select b.envelope, b.lo, mine.urgency, mine.due_at
  from (select urgency, due_at from batch where envelope = @envelope and lo = @lo::int) mine, chain c join batch b using (envelope, lo)
  where b.state in ('open', 'ready', 'held') and (b.urgency, b.due_at) > (mine.urgency, mine.due_at)
  order by b.envelope, b.lo for update of b
)
update batch b set urgency = l.urgency, due_at = l.due_at
from late l
where b.envelope = l.envelope and b.lo = l.lo and b.state in ('open', 'ready', 'held')
