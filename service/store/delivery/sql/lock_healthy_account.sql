-- Locks an account until the transaction ends, if it is not blocked, or the next batch ends its block. No row: it is blocked otherwise.
-- @account text
select from account_state where account = @account and (blocked_since is null or resume_by = 'batch') for no key update
