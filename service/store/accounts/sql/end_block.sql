-- Ends the block of an account whose credentials were found right. No row: the block has changed since the probe was taken:
-- each change of a block moves its probe_at.
-- @account text
-- @lease_until time     of the probe
-- > account text
update account_state set @end_block(), connected_at = lethe_now(), probing_until = null
where account = @account and resume_by = 'connect' and probe_at = lethe_time(@lease_until)
returning account
