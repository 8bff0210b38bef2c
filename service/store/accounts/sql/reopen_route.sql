-- Ends the block of a route after an accepted control call, if the next batch would have ended it, and it is not about refusals that are
-- held: an account on which everything is refused may still take a control call. A call that was under way when the block began shows
-- nothing.
-- @account text
-- @api api
-- @started_at time     of the call
-- @endpoint text       how the reason of a block begins that is about the route's path
delete from route_block r where r.account = @account and r.api = @api and r.resume_by = 'batch' and r.blocked_since <= lethe_time(@started_at)
  and (starts_with(r.blocked_reason, @endpoint)
       or not exists (select from batch b where b.account = r.account and lethe_api(b.operation) = r.api and b.state = 'held'
                        and b.reason in @refusal_reasons()))
