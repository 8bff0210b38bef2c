-- Whether the account is blocked, or the route, and whether it is paused. No pause begins until the transaction ends: free_slots tells of
-- those that began while this statement waited. No row: the account is not known.
-- @account text
-- @api api
-- > blocked bool
-- > control_blocked bool    whether no control call may be made either: it may end a block that the next batch ends
-- > paused bool
-- > slots_of text       the account whose slots its project uses
with unpaused as materialized (select @no_pause_begins())
select a.blocked_since is not null or r.account is not null as blocked,
       coalesce(a.resume_by <> 'batch', false) or coalesce(r.resume_by <> 'batch', false) as control_blocked,
       @paused(account: a.account, api: @api) as paused, coalesce(a.slots_of, a.account) as slots_of
from unpaused, account_state a left join route_block r on r.account = a.account and r.api = @api
where a.account = @account
