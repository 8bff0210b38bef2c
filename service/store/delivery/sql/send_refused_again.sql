-- Makes one held refusal of a route ready again that has waited long enough since it was refused, the one that was refused first: two at a
-- time could be refused for each other. A confirmation of long ago confirms nothing.
-- @account text
-- @operation operation
-- @vouched bool              only one that was refused before the latest accepted call of the route
update batch b set state = 'ready', not_before = null
from (select envelope, lo from batch b
      where b.account = @account and b.operation = @operation and b.state = 'held' and b.reason in @refusal_reasons()
        and b.not_before <= lethe_now()
        and (not @vouched::boolean
             or b.refused_since < (select max(greatest(s.accepted_at, s.control_accepted_at))
                                   from account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
                                   where a.account = @account and s.api = lethe_api(@operation)))
      order by b.refused_since, b.envelope, b.lo limit 1) next
where b.envelope = next.envelope and b.lo = next.lo
