-- Blocks the account, or moves the next probe of one that is blocked already further off. A block that only an operator ends stays so. An
-- attempt that began before the account was blocked is no probe: calls that were in flight together say the same thing once.
-- @account text
-- @reason text          for the operator
-- @resume resume        who ends the block; a block that an operator ends has no probes
-- @started_at time?     when the attempt began that shows the trouble
update account_state set blocked_since = coalesce(blocked_since, lethe_now()), blocked_reason = @reason, resume_by = @resume,
                         probe_count = probe_count + 1,
                         probe_at = case @resume when 'operator' then timestamptz 'infinity'
                                    else @next_probe_at() end
where account = @account and (blocked_since is null or blocked_since <= lethe_time(@started_at) and resume_by <> 'operator')
