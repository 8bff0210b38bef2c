-- Ends the block of an account and those of its routes, by an operator's decision.
-- @account text
with routes as (delete from route_block where account = @account)
update account_state set @end_block()
where account = @account and blocked_since is not null
