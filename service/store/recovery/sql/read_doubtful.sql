-- The items that wait and that a lost call was about, each once for each such call.
-- > envelope envelope        of the batch, with its first and last position
-- > lo int
-- > hi int
-- > first int                the items' positions
-- > last int
-- > started_at time          of the lost call
select b.envelope, b.lo, b.hi, greatest(p.lo, b.lo)::int as first, least(p.hi, b.hi)::int as last, lethe_micros(p.started_at) as started_at
from (@lost_places()) p
  cross join lateral (
    select w.envelope, w.lo, w.hi, w.account, w.operation, w.state from batch w
    where w.envelope = p.envelope and w.lo <= p.hi and w.hi >= p.lo offset 0) b
where b.account = p.account and b.operation = p.operation and b.state in ('open', 'ready', 'held')
