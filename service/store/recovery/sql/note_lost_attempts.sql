-- Writes down calls that this database does not know of.
-- @calls.envelope envelope
-- @calls.lo int
-- @calls.hi int
-- @calls.number int
-- @calls.started_at time
-- @calls.account text
-- @calls.operation operation
-- @calls.digests bytes       20 bytes for each identifier; none: not known any more
with call as materialized (
  select c.envelope, c.lo, c.hi, c.number, lethe_time(c.started_at) as started_at, c.account, c.operation, c.digests
  from unnest(@calls.envelope::bigint[], @calls.lo::smallint[], @calls.hi::smallint[], @calls.number::int[], @calls.started_at::bigint[],
              @calls.account::text[], @calls.operation::text[], @calls.digests::bytea[])
    as c(envelope, lo, hi, number, started_at, account, operation, digests)
), noted as (
  insert into lost_attempt (envelope, lo, hi, number, started_at, account, operation, has_digests, found_at)
  select envelope, lo, hi, number, started_at, account, operation, digests <> '', lethe_now() from call
  on conflict do nothing
  returning id, envelope, lo, number, started_at
)
insert into lost_digest (digest, attempt)
select substr(c.digests, 1 + 20 * n, 20), noted.id
from noted join call c using (envelope, lo, number, started_at)
  cross join lateral generate_series(0, length(c.digests) / 20 - 1) n
on conflict do nothing
