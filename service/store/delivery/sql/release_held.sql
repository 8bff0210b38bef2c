-- Makes batches ready that were held for an earlier operation, where the batch that they waited for is final or has split since: it is no
-- longer there as it was.
-- @limit int
with free as materialized (
  select held.envelope, held.lo from batch held
  where held.state = 'held' and held.reason = 'earlier_operation'
    and not exists (
      select from batch b
      where b.envelope = held.blocked_by_envelope and b.lo = held.blocked_by_lo and b.hi >= held.blocked_by_hi
        and b.state not in @final_states())
  limit @limit for update of held skip locked
)
update batch b set state = 'ready', reason = null, blocked_by_envelope = null, blocked_by_lo = null, blocked_by_hi = null
from free f
where b.envelope = f.envelope and b.lo = f.lo and b.state = 'held' and b.reason = 'earlier_operation'
