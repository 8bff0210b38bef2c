-- Writes down calls that this database does not know of.
-- @calls.envelope envelope
-- @calls.lo int
-- @calls.hi int
-- @calls.number int
-- @calls.started_at time
-- @calls.account text
-- @calls.operation operation
-- @calls.has_digests bool
-- > id bigint                of those that were not known to be lost
-- > envelope envelope
-- > lo int
-- > number int
-- > started_at time
insert into lost_attempt (envelope, lo, hi, number, started_at, account, operation, has_digests, found_at)
select c.envelope, c.lo, c.hi, c.number, lethe_time(c.started_at), c.account, c.operation, c.has_digests, lethe_now()
from unnest(@calls.envelope::bigint[], @calls.lo::smallint[], @calls.hi::smallint[], @calls.number::int[], @calls.started_at::bigint[],
            @calls.account::text[], @calls.operation::text[], @calls.has_digests::bool[])
  as c(envelope, lo, hi, number, started_at, account, operation, has_digests)
on conflict do nothing
returning id, envelope, lo, number, lethe_micros(started_at) as started_at
