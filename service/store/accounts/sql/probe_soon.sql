-- Makes the next probe of a blocked account due now, unless only an operator ends the block.
-- @account text
update account_state set probe_at = lethe_now(), probe_count = 0 where account = @account and resume_by in ('connect', 'batch')
