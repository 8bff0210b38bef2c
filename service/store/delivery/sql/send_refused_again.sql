-- Makes the held refusals of a route ready again that have waited long enough since they were refused; a confirmation
-- of long ago confirms nothing.
-- @account text
-- @operation operation
-- @vouched bool              only those that were refused before the latest accepted call of the route
update batch b set state = 'ready', not_before = null
where b.account = @account and b.operation = @operation and b.state = 'held' and b.reason in @refusal_reasons()
  and b.not_before <= lethe_now()
  and (not @vouched::boolean
       or b.refused_since < (select max(greatest(s.accepted_at, s.control_accepted_at))
                             from account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
                             where a.account = @account and s.api = lethe_api(@operation)))
