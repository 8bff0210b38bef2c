-- Moves held refusals of a route that were refused alone too often to where an operator decides.
-- @account text
-- @operation operation
-- @lone_tries int            how often is too often, vouched refusals aside
-- @state state               with the two reasons: as RefusalReview() says
-- @reason text
-- @effect_unknown_reason text
update batch set state = @state, reason = case when unknown_since is not null or may_have_effect then @effect_unknown_reason::text else @reason::text end,
                 refused_since = null, lone_refusals = 0, vouched_refusals = 0, throttled_calls = 0, not_before = null, review_since = lethe_now()
where account = @account and operation = @operation and state = 'held' and lone_refusals - vouched_refusals >= @lone_tries
  and (reason = 'refused_unconfirmed' or reason = 'refused_confirmed' and not_before <= lethe_now())
