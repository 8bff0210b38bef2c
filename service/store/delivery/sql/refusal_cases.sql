-- What is known about the refused identifiers of each route that is not blocked, nor its account, as RefusalEvidence has it.
-- @account text?             with the operation: one route; null: all
-- @operation operation?
-- @memory milliseconds       how long rejections are remembered
-- > account text
-- > operation operation
-- > searching bigint         identifiers, as the next four
-- > confirmed bigint
-- > vouched bigint
-- > unvouched bigint
-- > rejected_lately bigint
-- > others_under_way bool
-- > accepted_at time?        start of the route's latest call that was accepted
with held as materialized (
  select b.account, b.operation, b.reason, b.refused_since, b.hi - b.lo + 1 as size,
         (select max(s.accepted_at) from slot s where s.account = b.account and s.api = lethe_api(b.operation)) as vouched_before
  from batch b join account_state a using (account)
  where b.state = 'held' and b.reason in @refusal_reasons() and a.blocked_since is null
    and not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation))
    and b.account = coalesce(@account, b.account) and b.operation = coalesce(@operation, b.operation)
)
select h.account, h.operation,
       (select coalesce(sum(s.hi - s.lo + 1), 0) from batch s
        where s.account = h.account and s.operation = h.operation and s.refused_since is not null and s.state in ('ready', 'sending'))
         as searching,
       coalesce(sum(h.size) filter (where h.reason = 'refused_confirmed'), 0) as confirmed,
       coalesce(sum(h.size) filter (where h.reason = 'refused_unconfirmed' and h.vouched_before > h.refused_since), 0) as vouched,
       coalesce(sum(h.size) filter (where h.reason = 'refused_unconfirmed' and not coalesce(h.vouched_before > h.refused_since, false)), 0)
         as unvouched,
       (select coalesce(sum(r.hi - r.lo + 1), 0) from batch r
        where r.account = h.account and r.operation = h.operation and r.reason = 'refused_by_vendor'
          and r.finished_at > lethe_now() - @memory::bigint * interval '1 millisecond') as rejected_lately,
       exists (select from batch o where o.account = h.account and o.operation = h.operation and o.state in ('open', 'ready')
                 and o.refused_since is null)
       or exists (select from slot s join batch o on o.envelope = s.envelope and o.lo = s.lo
                  where s.account = h.account and s.api = lethe_api(h.operation) and o.refused_since is null) as others_under_way,
       lethe_micros(min(h.vouched_before)) as accepted_at
from held h group by h.account, h.operation
