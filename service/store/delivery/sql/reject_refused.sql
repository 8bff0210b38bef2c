-- Moves the confirmed refusals of a route to the state that Rejection() gives.
-- @account text
-- @operation operation
-- @effect_unknown bool       which of them: those with an earlier call of unknown effect, or those without
-- @state state
-- @reason text
update batch set state = @state, reason = @reason, refused_since = null,
                 finished_at = case when @state = 'rejected' then lethe_now() end,
                 review_since = case when @state = 'needs_review' then lethe_now() end
where account = @account and operation = @operation and state = 'held' and reason = 'refused_confirmed'
  and (unknown_since is not null) = @effect_unknown
