-- The account's audit events, newest first: those older than the last of the page before.
-- @account text
-- @before bigint    id of that last one
-- @limit int
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
select id, lethe_micros(at) as at, principal, means, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification
from audit_event where account = @account and id < @before order by id desc limit @limit::int
