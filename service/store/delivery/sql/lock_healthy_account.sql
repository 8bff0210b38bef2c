-- Locks an account that is not blocked until the transaction ends. No row: it is blocked.
-- @account text
select from account_state where account = @account and blocked_since is null for no key update
