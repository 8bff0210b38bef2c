-- Leases its slot to each claim and writes its attempt down. No row for a claim whose slot carries another batch.
-- @claims.slots_of text      the account whose slots the project uses
-- @claims.api api
-- @claims.slot int
-- @claims.lease milliseconds
-- @claims.envelope envelope  of the batch, with its first and last position
-- @claims.lo int
-- @claims.hi int
-- @claims.call_number int
-- @claims.members bytes      a MAC of the batch's identifiers
-- @holder text               names the process
-- > claim bigint             the place of the claim in @claims, from 1
-- > started_at time
-- > epoch bigint             the fence of the slot
with present as materialized (select lethe_now() as t), begun as materialized (
  select * from unnest(@claims.slots_of::text[], @claims.api::text[], @claims.slot::int[], @claims.lease::bigint[],
                       @claims.envelope::bigint[], @claims.lo::smallint[], @claims.hi::smallint[], @claims.call_number::int[],
                       @claims.members::bytea[])
    with ordinality as c(slots_of, api, slot, lease, envelope, lo, hi, number, members, n)
), leased as (
  update slot s set holder = @holder, epoch = epoch + 1, lease_until = present.t + c.lease * interval '1 millisecond',
                    cool_down_until = null, envelope = c.envelope, lo = c.lo, turn = (turn + 1) % 4
  from begun c, present
  where s.account = c.slots_of and s.api = c.api and s.number = c.slot and s.envelope is null
  returning c.n, s.epoch
), written as (
  insert into attempt (envelope, lo, hi, number, holder, started_at, members_hmac)
  select c.envelope, c.lo, c.hi, c.number, @holder, present.t, c.members from begun c join leased using (n), present
)
select leased.n as claim, lethe_micros(present.t) as started_at, leased.epoch from leased, present
