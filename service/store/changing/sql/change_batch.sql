-- Moves runs of a batch where a change leads; the first run keeps the row. Runs that stay are as they were; those of an open batch are ready.
-- What is released waits from now on (SendUntil()). 0 rows: the batch is in another state.
-- @envelope envelope
-- @lo int                    of the batch
-- @from state
-- @to state
-- @reason text_or_none       why it is there
-- @runs.lo int
-- @runs.hi int
-- @runs.chosen bool          else it stays
with run as materialized (
  select r.lo, r.hi, r.chosen, case when r.chosen then @to when @from = 'open' then 'ready' else @from end as state
  from unnest(@runs.lo::smallint[], @runs.hi::smallint[], @runs.chosen::boolean[]) as r(lo, hi, chosen)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, urgency, due_at, opened_at, not_before, attempt_count, call_count,
                     captured_at, look_at, look_tries, unknown_since, refused_since, lone_refusals, vouched_refusals, throttled_calls,
                     may_have_effect, blocked_by_envelope, blocked_by_lo, blocked_by_hi, review_since, finished_at)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, case when r.chosen then @reason else b.reason end,
         b.urgency, b.due_at, case when r.chosen and r.state = 'ready' then lethe_now() else b.opened_at end, case when not r.chosen then b.not_before end,
         b.attempt_count, b.call_count, b.captured_at, b.look_at, b.look_tries, b.unknown_since, b.refused_since, b.lone_refusals,
         b.vouched_refusals, b.throttled_calls, b.may_have_effect, case when not r.chosen then b.blocked_by_envelope end,
         case when not r.chosen then b.blocked_by_lo end, case when not r.chosen then b.blocked_by_hi end,
         case when not r.chosen then b.review_since end, case when r.state = 'cancelled' then lethe_now() end
  from run r join batch b on r.lo > b.lo
  where b.envelope = @envelope and b.lo = @lo and b.state = @from
)
update batch b set hi = r.hi, state = r.state, reason = case when r.chosen then @reason else b.reason end,
                   opened_at = case when r.chosen and r.state = 'ready' then lethe_now() else b.opened_at end,
                   not_before = case when not r.chosen then b.not_before end,
                   blocked_by_envelope = case when not r.chosen then b.blocked_by_envelope end,
                   blocked_by_lo = case when not r.chosen then b.blocked_by_lo end,
                   blocked_by_hi = case when not r.chosen then b.blocked_by_hi end,
                   review_since = case when not r.chosen then b.review_since end,
                   finished_at = case when r.state = 'cancelled' then lethe_now() end
from run r
where b.envelope = @envelope and b.lo = @lo and b.state = @from and r.lo = b.lo
