-- Makes the held refusals of an account ready again whose block has ended. CleverTap may have refused them for what the block was about.
-- @account text
update batch set state = 'ready' where account = @account and state = 'held' and reason in @refusal_reasons()
