-- Makes the held refusals of a route ready again that have waited long enough since they were refused; a confirmation
-- of long ago confirms nothing.
-- @account text
-- @operation operation
update batch set state = 'ready', not_before = null
where account = @account and operation = @operation and state = 'held' and reason in @refusal_reasons()
  and not_before <= lethe_now()
