-- Takes the route's accepted batch whose window ended first, until the lease ends, to read back whether the call had its effect.
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
  where b.account = @account and b.operation = @operation and b.state = 'accepted' and b.window_end <= (select t from present)
    and coalesce(b.look_at <= (select t from present), true)
  order by b.window_end limit 1 for update of b skip locked
)
update batch b set look_at = present.t + @lease::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'accepted'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count as call_number, lethe_micros(b.accepted_at) as accepted_at,
          lethe_micros(b.window_end) as due_since, b.look_tries as tries
