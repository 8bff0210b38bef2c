-- Items of a request with their sealed identifiers, in the order of the caller's list.
-- @first_envelope envelope    where all of them are, with the next three: see ItemRange
-- @last_envelope envelope
-- @first_pos int
-- @last_pos int
-- > ordinal int
-- > sealed bytes
-- > state state
select i.ordinal, i.sealed, b.state
from request_item i
  cross join lateral (
    select b.state from batch b where b.envelope = i.envelope and i.pos between b.lo and b.hi offset 0) b
where i.envelope between @first_envelope and @last_envelope and i.pos between @first_pos::int and @last_pos::int
order by i.ordinal
