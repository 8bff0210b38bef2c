-- Makes the next probe of a blocked account due now, and those of its blocked routes, unless only an operator ends the block.
-- @account text
with routes as (
  update route_block set probe_at = lethe_now(), probe_count = 0 where account = @account and resume_by = 'batch'
)
update account_state set probe_at = lethe_now(), probe_count = 0 where account = @account and resume_by in ('connect', 'batch')
