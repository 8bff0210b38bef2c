-- Moves held refusals of a route to where an operator decides: the confirmed ones, or those that were refused alone too often.
-- @account text
-- @operation operation
-- @confirmed bool
-- @lone_tries int            how often is too often
-- @effect_unknown bool       which of them: those with an earlier call of unknown effect, or those without
-- @state state               as RefusalReview() says
-- @reason text
update batch set state = @state, reason = @reason, refused_since = null, lone_refusals = 0, not_before = null, review_since = lethe_now()
where account = @account and operation = @operation and state = 'held' and (unknown_since is not null) = @effect_unknown
  and case when @confirmed then reason = 'refused_confirmed' else reason = 'refused_unconfirmed' and lone_refusals >= @lone_tries end
