-- Counts the items of each request that are done and were read back, by look and result.
-- @requests.id request
-- @requests.first_envelope envelope    where its items are, with the next three: see ItemRange
-- @requests.last_envelope envelope
-- @requests.first_pos int
-- @requests.last_pos int
-- > id request
-- > look int                           1: after the window; 2: the second look
-- > result read_back
-- > items int
select r.id, v.look, v.result, count(*)::int as items
from unnest(@requests.id::bigint[], @requests.first_envelope::bigint[], @requests.last_envelope::bigint[],
            @requests.first_pos::smallint[], @requests.last_pos::smallint[])
    as r(id, first_envelope, last_envelope, first_pos, last_pos)
  cross join lateral (
    select b.envelope, greatest(b.lo, r.first_pos) as lo, least(b.hi, r.last_pos) as hi, b.call_count from batch b
    where b.envelope between r.first_envelope and r.last_envelope and b.state = 'done'
    offset 0) b
  cross join lateral (
    select v.look, v.result from read_back v
    where v.envelope = b.envelope and v.pos between b.lo and b.hi and v.call_number = b.call_count
    offset 0) v
group by r.id, v.look, v.result
