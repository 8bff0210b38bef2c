-- What the calls of a route showed lately, as RouteHealth; those that are under way are not among them. No row: the account is not known.
-- @account text
-- @slots_of text           the account whose slots the route's project uses
-- @api api
-- > accepted_at time?
-- > failing int
-- > hiccup_at time?
-- > connected_at time?
select lethe_micros(health.accepted_at) as accepted_at, health.failing, lethe_micros(health.hiccup_at) as hiccup_at, lethe_micros(a.connected_at) as connected_at
from account_state a cross join lateral @health(slots_of: @slots_of, api: @api) health
where a.account = @account
