-- Ends the block of an account after an accepted control call, if the next batch would have ended it. A call that was under way when the block
-- began shows nothing. No row: nothing has changed.
-- @account text
-- @started_at time     of the call
-- > account text
update account_state set @end_block(), connected_at = lethe_now() where account = @account and resume_by = 'batch' and blocked_since <= lethe_time(@started_at)
returning account
