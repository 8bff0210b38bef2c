-- The items of a batch, and what is known about each: what earlier looks have found about this call, and whether an item was sent
-- again after an earlier call without effect.
-- @envelope envelope
-- @lo int
-- @hi int
-- @call_number int          the call that the look is about
-- > pos int
-- > sealed bytes
-- > digest bytes
-- > read_back read_back?     what the read-back of this call found
-- > second_look read_back?   what its second look found
-- > resent bool             a call before this one was without effect
-- > captured bool           its profile was looked up before sending
select i.pos, i.sealed, i.digest, first.result as read_back, second.result as second_look,
       exists (select from read_back e where e.envelope = i.envelope and e.pos = i.pos and e.call_number < @call_number::int
                                         and e.look = 1 and e.result = 'still_present') as resent,
       exists (select from prior_profile p where p.envelope = i.envelope and p.pos = i.pos) as captured
from request_item i
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = @call_number::int and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = @call_number::int and second.look = 2
where i.envelope = @envelope and i.pos between @lo::int and @hi::int
order by i.pos
