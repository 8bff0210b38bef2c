-- Moves runs of a batch that needs a review to where an operator's decision leads; the first run keeps the row. When a call
-- of unknown effect was made is forgotten of what moves, but not that there was one. What is sent again waits from now on (SendUntil()). A run in needs_review stays as it is.
-- 0 rows: the batch needs no review.
-- @envelope envelope
-- @lo int                    of the batch
-- @runs.lo int
-- @runs.hi int
-- @runs.state state          where it goes
-- @runs.reason text_or_none
-- @runs.accepted_at time?
-- @runs.window_end time?
with run as materialized (
  select r.lo, r.hi, r.state, r.reason, lethe_time(r.accepted_at) as accepted_at, lethe_time(r.window_end) as window_end,
         case when r.state = 'cancelled' then lethe_now() end as finished_at, case when r.state = 'ready' then lethe_now() end as opened_at,
         r.state = 'needs_review' as stays
  from unnest(@runs.lo::smallint[], @runs.hi::smallint[], @runs.state::text[], @runs.reason::text[], @runs.accepted_at::bigint[],
              @runs.window_end::bigint[]) as r(lo, hi, state, reason, accepted_at, window_end)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, urgency, due_at, opened_at, attempt_count, call_count, captured_at,
                     unknown_since, refused_since, lone_refusals, vouched_refusals, throttled_calls, may_have_effect, review_since, accepted_at,
                     window_end, finished_at)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, case when r.stays then b.reason else r.reason end,
         b.urgency, b.due_at, coalesce(r.opened_at, b.opened_at), b.attempt_count, b.call_count, b.captured_at, case when r.stays then b.unknown_since end,
         case when r.stays then b.refused_since end, case when r.stays then b.lone_refusals else 0 end,
         case when r.stays then b.vouched_refusals else 0 end, case when r.stays then b.throttled_calls else 0 end,
         b.may_have_effect or b.unknown_since is not null and not r.stays, case when r.stays then b.review_since end, r.accepted_at, r.window_end, r.finished_at
  from run r join batch b on r.lo > b.lo
  where b.envelope = @envelope and b.lo = @lo and b.state = 'needs_review'
)
update batch b set hi = r.hi, state = r.state, reason = case when r.stays then b.reason else r.reason end, not_before = null,
                   opened_at = coalesce(r.opened_at, b.opened_at), unknown_since = case when r.stays then b.unknown_since end,
                   refused_since = case when r.stays then b.refused_since end,
                   lone_refusals = case when r.stays then b.lone_refusals else 0 end,
                   vouched_refusals = case when r.stays then b.vouched_refusals else 0 end,
                   throttled_calls = case when r.stays then b.throttled_calls else 0 end,
                   may_have_effect = b.may_have_effect or b.unknown_since is not null and not r.stays,
                   review_since = case when r.stays then b.review_since end, accepted_at = r.accepted_at, window_end = r.window_end,
                   finished_at = r.finished_at
from run r
where b.envelope = @envelope and b.lo = @lo and b.state = 'needs_review' and r.lo = b.lo
returning b.lo
