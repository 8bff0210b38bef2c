-- A batch that was the probe of its blocked account or route was not sent after all: the next probe is due now.
-- @account text
-- @api api
with routes as (
  update route_block set probe_at = lethe_now() where account = @account and api = @api and resume_by = 'batch' and probe_at > lethe_now()
)
update account_state set probe_at = lethe_now() where account = @account and resume_by = 'batch' and probe_at > lethe_now()
