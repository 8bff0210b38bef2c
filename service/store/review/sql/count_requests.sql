-- How many requests have items in the batches.
-- @spans.envelope envelope
-- @spans.lo int
-- @spans.hi int
-- @lowest envelope           lowest and highest envelope of all spans, so that the partitions of other months are left alone
-- @highest envelope
-- > requests bigint
select count(distinct i.request_id) as requests
from unnest(@spans.envelope::bigint[], @spans.lo::int[], @spans.hi::int[]) as span(envelope, lo, hi)
  cross join lateral (
    select i.request_id from request_item i
    where i.envelope = span.envelope and i.envelope between @lowest::bigint and @highest::bigint and i.pos between span.lo and span.hi
    offset 0) i
