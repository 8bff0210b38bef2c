-- Reads which items are in runs of envelopes.
-- @runs.envelope envelope
-- @runs.lo int
-- @runs.hi int
-- > envelope envelope
-- > pos int
-- > request_id request
-- > ordinal int
select i.envelope, i.pos, i.request_id, i.ordinal
from unnest(@runs.envelope::bigint[], @runs.lo::smallint[], @runs.hi::smallint[]) as r(envelope, lo, hi)
  cross join lateral (
    select i.envelope, i.pos, i.request_id, i.ordinal from request_item i where i.envelope = r.envelope and i.pos between r.lo and r.hi
    offset 0) i
