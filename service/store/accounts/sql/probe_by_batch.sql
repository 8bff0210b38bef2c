-- The credentials cannot be looked at: the account's next batch is the probe. No row: as end_block.
-- @account text
-- @lease_until time     of the probe
-- > account text
update account_state set resume_by = 'batch', probe_at = lethe_now(), probing_until = null
where account = @account and resume_by = 'connect' and probe_at = lethe_time(@lease_until)
returning account
