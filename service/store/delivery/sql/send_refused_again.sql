-- Makes the held refusals of a route ready again that others vouch for: those that were refused before the latest accepted call began.
-- @account text
-- @operation operation
-- @accepted_at time?         when that call began
update batch set state = 'ready' where account = @account and operation = @operation and state = 'held' and reason = 'refused_unconfirmed'
  and refused_since < lethe_time(@accepted_at)
