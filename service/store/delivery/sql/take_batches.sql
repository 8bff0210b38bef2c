-- Takes the batches of each route that are next in line and that no other claim has locked: from here on they are being sent. Some are the
-- oldest (TakesOldest()), the others those that are due first.
-- @routes.account text
-- @routes.operation operation
-- @routes.linger milliseconds
-- @routes.capture_wait milliseconds?    as for sendable_routes
-- @routes.oldest int         how many of the oldest, at most
-- @routes.due_first int      how many of the others, at most
-- > route bigint             the place of the route in @routes, from 1
-- > envelope envelope
-- > lo int
-- > hi int
-- > kind kind
-- > attempt_count int        this attempt included
-- > call_count int           this call included
-- > unknown_since time?
-- > may_have_effect bool
-- > refused_since time?
-- > lone_refusals int
-- > vouched_refusals int
-- > throttled_calls int
-- > waiting_since time
-- > captured bool            its people were looked up before its first call
-- > unchanged bool           a look-up before a repeat has found them as before
with present as materialized (select lethe_now() as t), route as materialized (
  select * from unnest(@routes.account::text[], @routes.operation::text[], @routes.linger::bigint[], @routes.capture_wait::bigint[],
                       @routes.oldest::int[], @routes.due_first::int[])
    with ordinality as r(account, operation, linger, capture_wait, oldest, due_first, n)
), oldest as materialized (
  select r.n, b.envelope, b.lo, b.reason
  from present, route r
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = r.account and b.operation = r.operation and @sendable(linger: r.linger)
        and @capture_over(linger: r.linger)
      order by b.envelope, b.lo limit r.oldest for update of b skip locked) b
), due_first as materialized (
  select r.n, b.envelope, b.lo, b.reason
  from present, route r
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = r.account and b.operation = r.operation and @sendable(linger: r.linger)
        and @capture_over(linger: r.linger)
        and (b.envelope, b.lo) not in (select o.envelope, o.lo from oldest o)
      order by b.urgency, b.due_at, b.envelope, b.lo limit r.due_first for update of b skip locked) b
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from (select * from oldest union all select * from due_first) o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning o.n as route, b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since, b.may_have_effect,
          lethe_micros(b.refused_since) as refused_since, b.lone_refusals, b.vouched_refusals, b.throttled_calls, lethe_micros(b.opened_at) as waiting_since,
          b.captured_at is not null as captured, coalesce(o.reason = 'unchanged', false) as unchanged
