-- Whether the account is blocked, or the route. No row: the account is not known.
-- @account text
-- @api api
-- > blocked bool
select a.blocked_since is not null or r.account is not null as blocked
from account_state a left join route_block r on r.account = a.account and r.api = @api
where a.account = @account
