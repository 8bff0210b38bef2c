-- The items of spans of envelopes.
-- @spans.envelope envelope
-- @spans.lo int
-- @spans.hi int
-- @lowest envelope           lowest and highest envelope of all spans, so that the partitions of other months are left alone
-- @highest envelope
-- > span bigint              the place of its span in @spans, from 1
-- > pos int
-- > sealed bytes
-- > digest bytes
select span.n as span, i.pos, i.sealed, i.digest
from unnest(@spans.envelope::bigint[], @spans.lo::int[], @spans.hi::int[]) with ordinality as span(envelope, lo, hi, n)
  cross join lateral (
    select i.pos, i.sealed, i.digest from request_item i
    where i.envelope = span.envelope and i.envelope between @lowest::bigint and @highest::bigint and i.pos between span.lo and span.hi
    offset 0) i
