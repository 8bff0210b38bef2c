-- Whether the account is blocked, or the route alone and who ends that. No row: the account is not known.
-- @account text
-- @api api
-- > account_blocked bool
-- > route_resume_by resume?    null: the route is not blocked
select a.blocked_since is not null as account_blocked, r.resume_by as route_resume_by
from account_state a left join route_block r on r.account = a.account and r.api = @api
where a.account = @account
