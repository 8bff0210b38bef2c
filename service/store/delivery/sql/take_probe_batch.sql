-- Takes the batch of a route that is the probe: the oldest that waits for its first call; else of those that were called before, and were
-- not refused, the one that has waited longest since; else the one that has waited longest since it was refused. So no batch is the probe
-- twice while another may be.
-- @account text
-- @operation operation
-- @linger milliseconds
-- @capture_wait milliseconds?    as for sendable_routes
-- > envelope envelope        and the rest as for take_batches
-- > lo int
-- > hi int
-- > kind kind
-- > attempt_count int
-- > call_count int
-- > unknown_since time?
-- > may_have_effect bool
-- > refused_since time?
-- > lone_refusals int
-- > vouched_refusals int
-- > throttled_calls int
-- > waiting_since time
-- > captured bool
-- > unchanged bool
with present as materialized (select lethe_now() as t), fresh as materialized (
  select b.envelope, b.lo, b.reason from present, (select @capture_wait::bigint as capture_wait) r
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = @account and b.operation = @operation and @sendable(linger: @linger::bigint)
        and @capture_over(linger: @linger::bigint)
        and b.refused_since is null and b.not_before is null
      order by b.envelope, b.lo limit 1 for update of b skip locked) b
), called as materialized (
  select b.envelope, b.lo, b.reason from present, (select @capture_wait::bigint as capture_wait) r
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = @account and b.operation = @operation and @sendable(linger: @linger::bigint)
        and @capture_over(linger: @linger::bigint)
        and (b.refused_since is not null or b.not_before is not null) and not exists (select from fresh)
      order by b.refused_since is not null, b.not_before nulls first, b.envelope, b.lo limit 1 for update of b skip locked) b
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from (select * from fresh union all select * from called) o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since, b.may_have_effect,
          lethe_micros(b.refused_since) as refused_since, b.lone_refusals, b.vouched_refusals, b.throttled_calls,
          lethe_micros(b.opened_at) as waiting_since, b.captured_at is not null as captured, coalesce(o.reason = 'unchanged', false) as unchanged
