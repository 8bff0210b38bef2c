-- Takes the route's done batch whose second look was due first, until the lease ends.
-- @account text
-- @operation operation
-- @lease milliseconds
-- > envelope envelope
-- > lo int
-- > hi int
-- > kind kind
-- > call_number int       the accepted call
-- > accepted_at time?
-- > due_since time
-- > tries int
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = @account and b.operation = @operation and b.state = 'done'
    and b.second_look_at is not null and b.second_look_at <= (select t from present)
    and coalesce(b.look_at <= (select t from present), true)
  order by b.second_look_at limit 1 for update of b skip locked
)
update batch b set look_at = present.t + @lease::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'done'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count as call_number, lethe_micros(b.accepted_at) as accepted_at,
          lethe_micros(b.second_look_at) as due_since, b.look_tries as tries
