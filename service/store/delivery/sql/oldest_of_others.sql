-- Which of the routes have unfinished batches of the account's other operations, and where those begin; but for those of people who are on
-- hold, because later operations on them are on hold as well. To be run after the accounts were
-- locked, in a statement of its own, so that it sees what other claims have taken.
-- @routes.account text
-- @routes.operation operation
-- > route bigint             the place of the route in @routes, from 1
-- > envelope envelope        the first of those
select r.n as route, min(oldest.envelope) as envelope
from unnest(@routes.account::text[], @routes.operation::text[]) with ordinality as r(account, operation, n)
  cross join unnest(array['erasure', 'demerge', 'disassociation']) as other(operation)
  cross join lateral (
    select b.envelope from batch b
    where b.account = r.account and b.operation = other.operation and b.state not in @final_states()
      and (b.state <> 'held' or b.reason <> 'subject_on_hold')
    order by b.envelope limit 1) oldest
where other.operation <> r.operation
group by r.n
