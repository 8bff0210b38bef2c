-- Items that wait to be sent and were accepted before a time.
-- @before time
-- > items bigint
select coalesce(sum(b.hi - b.lo + 1), 0) as items
from account_state s
  cross join unnest(array['erasure', 'demerge', 'disassociation']) o(operation)
  cross join lateral (
    select b.lo, b.hi from batch b
    where b.account = s.account and b.operation = o.operation and b.state in ('open', 'ready') and b.opened_at < lethe_time(@before::bigint)
    union all
    select b.lo, b.hi from batch b
    where b.account = s.account and b.operation = o.operation and b.state = 'held' and b.opened_at < lethe_time(@before::bigint)) b
