-- Makes the held refusals of an account ready again. Its block has ended: what was refused before and during it deserves another try.
-- @account text
update batch set state = 'ready' where account = @account and state = 'held' and reason in @refusal_reasons()
