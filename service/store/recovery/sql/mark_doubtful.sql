-- Parts a batch that was just taken into runs; the first run keeps its row and stays taken, the others are ready. What a lost call was about
-- counts as called then, with unknown effect, unless it was called earlier. No row: it is not being sent.
-- @envelope envelope
-- @lo int
-- @runs.lo int
-- @runs.hi int
-- @runs.called_at time?      null: no lost call was about it
-- > lo int
with run as materialized (
  select r.lo, r.hi, lethe_time(r.called_at) as called_at
  from unnest(@runs.lo::smallint[], @runs.hi::smallint[], @runs.called_at::bigint[]) as r(lo, hi, called_at)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, urgency, due_at, opened_at, attempt_count, call_count, captured_at, unknown_since,
                     refused_since, lone_refusals, vouched_refusals, throttled_calls, may_have_effect)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, 'ready', b.urgency, b.due_at, b.opened_at, b.attempt_count - 1, b.call_count - 1, b.captured_at,
         least(b.unknown_since, r.called_at), b.refused_since, b.lone_refusals, b.vouched_refusals, b.throttled_calls,
         b.may_have_effect
  from batch b join run r on r.lo > b.lo
  where b.envelope = @envelope and b.lo = @lo and b.state = 'sending'
)
update batch b set hi = r.hi, unknown_since = least(b.unknown_since, r.called_at)
from run r
where b.envelope = @envelope and b.lo = @lo and b.state = 'sending' and r.lo = b.lo
returning b.lo
