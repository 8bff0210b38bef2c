-- Whether the account is blocked, or the route. No row: the account is not known.
-- @account text
-- @api api
-- > blocked bool
-- > slots_of text       the account whose slots its project uses
select a.blocked_since is not null or r.account is not null as blocked, coalesce(a.slots_of, a.account) as slots_of
from account_state a left join route_block r on r.account = a.account and r.api = @api
where a.account = @account
