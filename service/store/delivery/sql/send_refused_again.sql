-- Makes the held refusals of a route ready again that others vouch for, because they were refused before the latest accepted call began;
-- and those that are due by themselves.
-- @account text
-- @operation operation
-- @accepted_at time?         when that call began
update batch set state = 'ready', not_before = null
where account = @account and operation = @operation and state = 'held' and reason = 'refused_unconfirmed'
  and (refused_since < lethe_time(@accepted_at) or not_before <= lethe_now())
