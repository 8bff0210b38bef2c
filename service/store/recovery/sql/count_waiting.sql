-- Items that wait to be sent: those that a lost call was about, and of the others those that were accepted before a time.
-- The looks that are fenced by `offset 0` are by the keys, whatever a plan thinks of tables that were empty until now.
-- @before time
-- > doubtful bigint
-- > untold bigint
select count(*) filter (where item.lost) as doubtful,
       count(*) filter (where not item.lost and b.opened_at < lethe_time(@before::bigint)) as untold
from account_state s
  cross join unnest(array['erasure', 'demerge', 'disassociation']) o(operation)
  cross join lateral (
    select b.envelope, b.lo, b.hi, b.opened_at from batch b
    where b.account = s.account and b.operation = o.operation and b.state in ('open', 'ready')
    union all
    select b.envelope, b.lo, b.hi, b.opened_at from batch b
    where b.account = s.account and b.operation = o.operation and b.state = 'held') b
  cross join lateral (
    select exists (
        select from (select i.digest
                     union all
                     select m.digest from item_digest m where m.envelope = i.envelope and m.pos = i.pos) own
          cross join lateral (select d.attempt from lost_digest d where d.digest = own.digest offset 0) d
          cross join lateral (
            select l.account, l.operation, l.settled_at from lost_attempt l where l.id = d.attempt offset 0) l
        where l.account = s.account and l.operation = o.operation and l.settled_at is null)
      or exists (
        select from (
          select l.account, l.operation, l.settled_at, l.has_digests from lost_attempt l
          where l.envelope = i.envelope and l.lo <= i.pos and l.hi >= i.pos offset 0) l
        where l.account = s.account and l.operation = o.operation and not l.has_digests and l.settled_at is null) as lost
    from request_item i where i.envelope = b.envelope and i.pos between b.lo and b.hi offset 0) item
