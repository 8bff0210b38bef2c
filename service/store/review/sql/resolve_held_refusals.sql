-- Moves the held refusals of routes of an account to where an operator's decision leads, and writes an audit event for each batch. One that
-- is sent again waits from now on (SendUntil()).
-- @account text
-- @apis text[]
-- @effect_unknown bool       those of which EarlierEffect::IsPossible(); false: the others
-- @state state               where they go
-- @reason text
-- @principal text            the operator
-- @means text_or_none        how the operator was recognised
-- @action audit_action
-- @justification text
with held as materialized (
  select envelope, lo, hi, reason from batch
  where account = @account and lethe_api(operation) = any(@apis::text[]) and state = 'held' and reason in @refusal_reasons()
    and (unknown_since is not null or may_have_effect) = @effect_unknown
  order by envelope, lo for update
), moved as (
  update batch b set state = @state, reason = @reason, not_before = null, refused_since = null, lone_refusals = 0, vouched_refusals = 0,
                     throttled_calls = 0,
                     opened_at = case when @state = 'ready' then lethe_now() else opened_at end,
                     finished_at = case when @state = 'rejected' then lethe_now() end,
                     review_since = case when @state = 'needs_review' then lethe_now() end
  from held h where b.envelope = h.envelope and b.lo = h.lo and b.state = 'held'
)
insert into audit_event (at, principal, means, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification)
select lethe_now(), @principal, @means, @action, @account, envelope, lo, hi, 'held', reason, @state, @justification from held order by envelope, lo
