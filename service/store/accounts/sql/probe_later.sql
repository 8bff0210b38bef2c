-- The credentials were found wrong, or could not be looked at: the next look comes later. No row: as end_block.
-- @account text
-- @lease_until time     of the probe
-- > account text
update account_state set probe_count = probe_count + 1,
                         probe_at = @next_probe_at(), probing_until = null
where account = @account and resume_by = 'connect' and probe_at = lethe_time(@lease_until)
returning account
