-- Makes the next batch of a blocked route its probe. One probe at a time: the transaction that moves probe_at on has it.
-- @account text
-- @api api
-- @lease milliseconds   until another batch may be the probe
-- > account text
update route_block set probe_at = lethe_now() + @lease::bigint * interval '1 millisecond'
where account = @account and api = @api and resume_by = 'batch' and probe_at <= lethe_now()
returning account
