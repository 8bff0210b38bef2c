-- Ends the block of a route after an accepted control call, if the next batch would have ended it. A call that was under way when the block
-- began shows nothing.
-- @account text
-- @api api
-- @started_at time     of the call
delete from route_block where account = @account and api = @api and resume_by = 'batch' and blocked_since <= lethe_time(@started_at)
