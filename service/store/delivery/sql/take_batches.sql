-- Takes the oldest batches of each route that may be taken now, and that no other claim has locked: from here on they are being sent.
-- @routes.account text
-- @routes.operation operation
-- @routes.linger milliseconds
-- @routes.capture_wait milliseconds?    as for sendable_routes
-- @routes.wanted int         how many batches at most
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
with present as materialized (select lethe_now() as t), oldest as materialized (
  select r.n, b.envelope, b.lo, b.reason
  from present,
       unnest(@routes.account::text[], @routes.operation::text[], @routes.linger::bigint[], @routes.capture_wait::bigint[],
              @routes.wanted::int[])
         with ordinality as r(account, operation, linger, capture_wait, wanted, n)
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = r.account and b.operation = r.operation and @sendable(linger: r.linger)
        and @capture_over(linger: r.linger)
      order by b.envelope, b.lo limit r.wanted for update of b skip locked) b
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from oldest o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning o.n as route, b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since, b.may_have_effect,
          lethe_micros(b.refused_since) as refused_since, b.lone_refusals, b.vouched_refusals, b.throttled_calls, lethe_micros(b.opened_at) as waiting_since,
          b.captured_at is not null as captured, coalesce(o.reason = 'unchanged', false) as unchanged
