-- Takes the route's oldest batch that must not be repeated blindly, until the lease ends, to look whether its people are as before the call
-- of unknown effect.
-- @account text
-- @operation operation
-- @lease milliseconds
-- > envelope envelope
-- > lo int
-- > hi int
-- > kind kind
-- > call_number int       the latest call
-- > accepted_at time?     null
-- > due_since time        since when the effect is unknown
-- > tries int
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = @account and b.operation = @operation and b.state = 'held' and b.reason = 'look_before_repeat'
    and coalesce(b.look_at <= (select t from present), true)
  order by b.envelope, b.lo limit 1 for update of b skip locked
)
update batch b set look_at = present.t + @lease::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'held'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count as call_number, null::bigint as accepted_at, lethe_micros(b.unknown_since) as due_since,
          b.look_tries as tries
