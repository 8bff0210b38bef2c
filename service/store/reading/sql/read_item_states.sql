-- Reads the items of one request, in order, each with the state of its batch and what reading it back has shown about the batch's
-- latest call.
-- @first_envelope envelope    where the items are, with the next three: see ItemRange
-- @last_envelope envelope
-- @first_pos int
-- @last_pos int
-- @after_ordinal int          the last ordinal of the page before; -1 for the first page
-- @max_items int
-- > ordinal int
-- > state state
-- > reason text_or_none
-- > attempt_count int
-- > not_before time?
-- > accepted_at time?
-- > window_end time?
-- > finished_at time?
-- > read_back read_back?      what the first look found
-- > read_back_at time?
-- > reappeared_at time?       when a look first found a profile of another person
select i.ordinal, b.state, b.reason, b.attempt_count, lethe_micros(b.not_before) as not_before, lethe_micros(b.accepted_at) as accepted_at,
       lethe_micros(b.window_end) as window_end, lethe_micros(b.finished_at) as finished_at, first.result as read_back,
       lethe_micros(first.looked_at) as read_back_at,
       lethe_micros(case when first.result = 'reappeared' then first.looked_at
                         when second.result = 'reappeared' then second.looked_at end) as reappeared_at
from (
    select i.envelope, i.pos, i.ordinal from request_item i
    where i.envelope between @first_envelope and @last_envelope and i.pos between @first_pos::int and @last_pos::int
      and i.ordinal > @after_ordinal::int
    order by i.ordinal limit @max_items::int) i
  join batch b on b.envelope = i.envelope and i.pos between b.lo and b.hi
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = b.call_count and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = b.call_count and second.look = 2
order by i.ordinal
