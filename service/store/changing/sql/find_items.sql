-- Where some items of a request are, in order.
-- @first_envelope envelope    where all of them are, with the next three: see ItemRange
-- @last_envelope envelope
-- @first_pos int
-- @last_pos int
-- @ordinals int[]
-- > envelope envelope
-- > pos int
select envelope, pos from request_item
where envelope between @first_envelope and @last_envelope and pos between @first_pos::int and @last_pos::int
  and ordinal = any(@ordinals::int[])
order by envelope, pos
