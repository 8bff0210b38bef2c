-- The lost calls that are not settled, by account and operation.
-- > account text
-- > operation operation
-- > calls int
-- > without_digests int
-- > first time
-- > last time
select account, operation, count(*)::int as calls, count(*) filter (where not has_digests)::int as without_digests,
       lethe_micros(min(started_at)) as first, lethe_micros(max(started_at)) as last
from lost_attempt where settled_at is null
group by account, operation order by account, operation
