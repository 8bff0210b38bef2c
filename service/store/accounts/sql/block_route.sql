-- Blocks a route, or moves the next probe of one that is blocked already further off; as block_account otherwise. The account is locked,
-- so that no claim and no ruling on refusals of the account is half way.
-- @account text
-- @api api
-- @reason text          for the operator
-- @resume resume        who ends the block; a block that an operator ends has no probes
-- @started_at time?     when the attempt began that shows the trouble
with locked as materialized (select account from account_state where account = @account for no key update)
insert into route_block as b (account, api, blocked_since, blocked_reason, resume_by, probe_at, probe_count)
select account, @api, lethe_now(), @reason, @resume,
       case @resume when 'operator' then timestamptz 'infinity' else @next_route_probe_at(count: 0) end, 1
from locked
on conflict (account, api) do update
  set blocked_reason = excluded.blocked_reason, resume_by = excluded.resume_by, probe_count = b.probe_count + 1,
      probe_at = case excluded.resume_by when 'operator' then timestamptz 'infinity' else @next_route_probe_at(count: b.probe_count) end
  where b.blocked_since <= lethe_time(@started_at) and b.resume_by <> 'operator'
