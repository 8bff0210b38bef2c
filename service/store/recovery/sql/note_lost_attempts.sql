-- Writes down calls that this database does not know of.
-- @calls.envelope envelope
-- @calls.lo int
-- @calls.hi int
-- @calls.number int
-- @calls.started_at time
-- @calls.account text
-- @calls.operation operation
-- @calls.digests bytes
insert into lost_attempt (envelope, lo, hi, number, started_at, account, operation, digests, found_at)
select c.envelope, c.lo, c.hi, c.number, lethe_time(c.started_at), c.account, c.operation, c.digests, lethe_now()
from unnest(@calls.envelope::bigint[], @calls.lo::smallint[], @calls.hi::smallint[], @calls.number::int[], @calls.started_at::bigint[],
            @calls.account::text[], @calls.operation::text[], @calls.digests::bytea[])
  as c(envelope, lo, hi, number, started_at, account, operation, digests)
on conflict do nothing
