-- Ends the blocks that an accepted probe has shown to be over: that of its account, and that of its route. One that only an operator may end
-- stays, and so does one that began after the probe. The held refusals of the account, or of the route alone, are made ready again; not those
-- of a route that stays blocked.
-- @account text
-- @api api
-- @healthy_since time     start of the probe's attempt
with present as materialized (select lethe_now() as t), unblocked as (
  update account_state a set @end_block(), connected_at = present.t
  from present
  where a.account = @account and a.blocked_since <= lethe_time(@healthy_since) and a.resume_by <> 'operator'
  returning a.account
), reopened as (
  delete from route_block r
  where r.account = @account and r.api = @api and r.blocked_since <= lethe_time(@healthy_since) and r.resume_by <> 'operator'
  returning r.account, r.api
)
update batch b set state = 'ready'
from (select account, null as api from unblocked union all select account, api from reopened) u
where b.account = u.account and b.state = 'held' and b.reason in @refusal_reasons()
  and case when u.api is not null then u.api = lethe_api(b.operation)
           else not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation)) end
