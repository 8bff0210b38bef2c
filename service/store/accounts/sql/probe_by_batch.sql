-- The credentials cannot be looked at: the account's next batch is the probe, after a while. No row: as end_block.
-- @account text
-- @lease_until time     of the probe
-- @wait milliseconds    in which a control call may end the block
-- > account text
update account_state set resume_by = 'batch', probe_at = lethe_now() + @wait::bigint * interval '1 millisecond', probing_until = null
where account = @account and resume_by = 'connect' and probe_at = lethe_time(@lease_until)
returning account
