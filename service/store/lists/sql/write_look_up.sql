-- Writes down, for each account, that a person was looked up in it: who did and why, not whom.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @principal text
-- @justification text
insert into audit_event (at, principal, action, account, state_before, state_after, justification)
select lethe_now(), @principal, 'look_up', s.account, s.operations, s.operations, @justification
from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
order by s.account
