-- Whether the account is blocked, or the route. No row: the account is not known.
-- @account text
-- @api api
-- > blocked bool
-- > control_blocked bool    whether no control call may be made either: it may end the block of a route that the next batch ends
-- > slots_of text       the account whose slots its project uses
select a.blocked_since is not null or r.account is not null as blocked,
       a.blocked_since is not null or coalesce(r.resume_by <> 'batch', false) as control_blocked, coalesce(a.slots_of, a.account) as slots_of
from account_state a left join route_block r on r.account = a.account and r.api = @api
where a.account = @account
