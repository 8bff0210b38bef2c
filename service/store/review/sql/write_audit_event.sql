-- Writes down an operator's decision, and answers the event as list_audit_events does.
-- @principal text            the operator
-- @means text_or_none        how the operator was recognised
-- @action audit_action
-- @account text
-- @envelope envelope?        of the batch, as are `lo` and `hi`; null: the decision is about the account
-- @lo int?
-- @hi int?
-- @state_before text         of the batch or of the account
-- @reason_before text
-- @state_after text
-- @justification text
-- > id bigint
-- > at time
-- > principal text
-- > means text_or_none
-- > action audit_action
-- > account text
-- > envelope envelope?
-- > lo int?
-- > hi int?
-- > state_before text
-- > reason_before text_or_none
-- > state_after text
-- > justification text
insert into audit_event (at, principal, means, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification)
values (lethe_now(), @principal, @means, @action, @account, @envelope, @lo, @hi, @state_before, @reason_before, @state_after, @justification)
returning id, lethe_micros(at) as at, principal, means, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification
