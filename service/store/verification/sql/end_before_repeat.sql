-- Moves a batch that was looked up before a repeat to where its runs go; the first keeps its row. Those that stay held are due for another
-- look. No row: the batch is not held for it any more, or has split:
-- then the batch of this name is another one.
-- @envelope envelope
-- @lo int
-- @hi int
-- @again_in milliseconds?    for those that stay held
-- @trouble bool              as LookResult::trouble
-- @runs.lo int
-- @runs.hi int
-- @runs.state state
-- @runs.reason text
-- @runs.unknown_since time?
-- > lo int
with present as materialized (select lethe_now() as t), run as materialized (
  select r.lo, r.hi, r.state, r.reason, lethe_time(r.unknown_since) as unknown_since,
         case r.state when 'needs_review' then present.t end as review_since,
         case r.state when 'held' then present.t + @again_in::bigint * interval '1 millisecond' end as look_at
  from present, unnest(@runs.lo::smallint[], @runs.hi::smallint[], @runs.state::text[], @runs.reason::text[], @runs.unknown_since::bigint[])
    as r(lo, hi, state, reason, unknown_since)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, urgency, due_at, opened_at, attempt_count, call_count, captured_at,
                     unknown_since, may_have_effect, review_since, look_at, look_tries)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.urgency, b.due_at, b.opened_at, b.attempt_count, b.call_count, b.captured_at,
         r.unknown_since, b.may_have_effect, r.review_since, r.look_at,
         case when r.state = 'held' and @trouble::bool then b.look_tries + 1 else 0 end
  from run r join batch b on b.envelope = @envelope and b.lo = @lo
  where r.lo > @lo and b.hi = @hi and b.state = 'held' and b.reason = 'look_before_repeat'
)
update batch b set hi = r.hi, state = r.state, reason = r.reason, unknown_since = r.unknown_since, review_since = r.review_since,
                   look_at = r.look_at, look_tries = case when r.state = 'held' and @trouble::bool then b.look_tries + 1 else 0 end
from run r
where b.envelope = @envelope and b.lo = @lo and b.hi = @hi and r.lo = @lo and b.state = 'held' and b.reason = 'look_before_repeat'
returning b.lo
