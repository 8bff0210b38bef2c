-- The items of a batch, and what is known about each: what earlier looks have found about this call, and whether an item is sent again
-- no more without an operator: after an earlier call that may have had an effect, or that had none, or an operator's word that it was accepted.
-- @envelope envelope
-- @lo int
-- @hi int
-- @call_number int          the call that the look is about
-- > pos int
-- > sealed bytes
-- > digest bytes
-- > read_back read_back?     what the read-back of this call found
-- > second_look read_back?   what its second look found
-- > resent bool
-- > decided bool            an operator has seen what the read-back of this call found, and says that it was accepted
-- > captured bool           its profile was looked up before sending
select i.pos, i.sealed, i.digest, first.result as read_back, second.result as second_look,
       exists (select from read_back e where e.envelope = i.envelope and e.pos = i.pos and e.call_number < @call_number::int
                                         and e.look = 1 and e.result = 'still_present')
       or b.may_have_effect or coalesce(b.reason = 'operator_accepted', false) as resent,
       coalesce(b.reason = 'operator_accepted' and first.looked_at < b.accepted_at, false) as decided,
       exists (select from prior_profile p where p.envelope = i.envelope and p.pos = i.pos) as captured
from request_item i
  join batch b on b.envelope = i.envelope and b.lo = @lo::int
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = @call_number::int and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = @call_number::int and second.look = 2
where i.envelope = @envelope and i.pos between @lo::int and @hi::int
order by i.pos
