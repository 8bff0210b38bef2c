-- Ends the block of an account, by an operator's decision.
-- @account text
update account_state set @end_block()
where account = @account and blocked_since is not null
