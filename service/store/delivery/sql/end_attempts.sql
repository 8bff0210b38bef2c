-- Ends attempts: frees their slots, moves their batches on and keeps their answers. In this order:
-- - freed is the fence: without it another process has taken the slot over, and the batch with it.
-- - The batch becomes its runs; the first keeps its row.
-- - The answer is kept with the attempt, whichever process has the slot.
-- @ended.slots_of text       the account whose slots the project uses; with api, slot and epoch: the slot
-- @ended.api api
-- @ended.slot int
-- @ended.epoch bigint
-- @ended.cool_down milliseconds    how long the slot rests
-- @ended.setback bool?       whether the call was a setback of the slot; null if there was no call
-- @ended.taken bool?         whether the call was taken, at least in part; null: it showed neither
-- @ended.judged_identifiers int    RouteEvidence: taken and refused
-- @ended.taken_identifiers int
-- @ended.hiccup bool
-- @ended.accepted_at time?   start of the call, if it was accepted
-- @ended.lone_accepted_at time?    likewise, if it had one identifier
-- @ended.envelope envelope   with lo: the batch; with call_number: the attempt
-- @ended.lo int
-- @ended.uncounted int       1 if the attempt counts for nothing
-- @ended.call_number int
-- @ended.http_status int?
-- @ended.outcome outcome?    null: there is no answer to keep
-- @ended.code text_or_none
-- @runs.ended int            the place in @ended of the attempt whose batch becomes this run, from 1
-- @runs.lo int
-- @runs.hi int
-- @runs.state state
-- @runs.reason text_or_none
-- @runs.not_before time?
-- @runs.unknown_since time?
-- @runs.accepted_at time?
-- @runs.window_end time?
-- @runs.refused_since time?
-- @runs.lone_refusals int
-- @runs.vouched_refusals int
-- @runs.throttled_calls int
-- > ended bigint             the place in @ended
-- > freed bool               whether the slot was still this process's, and was freed
-- > moved bool               whether the batch was being sent, and moved on
with present as materialized (select lethe_now() as t), ended as materialized (
  select * from unnest(@ended.slots_of::text[], @ended.api::text[], @ended.slot::int[], @ended.epoch::bigint[], @ended.cool_down::bigint[],
                       @ended.setback::boolean[], @ended.taken::boolean[], @ended.judged_identifiers::int[], @ended.taken_identifiers::int[],
                       @ended.hiccup::boolean[], @ended.accepted_at::bigint[], @ended.lone_accepted_at::bigint[], @ended.envelope::bigint[], @ended.lo::smallint[],
                       @ended.uncounted::int[], @ended.call_number::int[], @ended.http_status::smallint[], @ended.outcome::text[],
                       @ended.code::text[])
    with ordinality as e(slots_of, api, slot, epoch, cool_down, setback, taken, judged_identifiers, taken_identifiers, hiccup, accepted_at, lone_accepted_at, envelope,
                         lo, uncounted, number, http_status, outcome, code, n)
), freed as (
  update slot s set holder = null, lease_until = null, envelope = null, lo = null,
                    cool_down_until = case when e.cool_down > 0 then present.t + e.cool_down * interval '1 millisecond' end,
                    setbacks = case e.setback when true then s.setbacks + 1 when false then 0 else s.setbacks end,
                    accepted_at = greatest(s.accepted_at, lethe_time(e.accepted_at)),
                    lone_accepted_at = greatest(s.lone_accepted_at, lethe_time(e.lone_accepted_at)),
                    failures = case when e.taken then 0
                                    when not e.taken and s.failed_envelope is distinct from e.envelope then s.failures + 1
                                    else s.failures end,
                    failed_envelope = case when e.taken then null when not e.taken then e.envelope else s.failed_envelope end,
                    failed_at = case when e.taken then null when not e.taken then present.t else s.failed_at end,
                    judged_identifiers = s.judged_identifiers / (1 + (s.judged_identifiers >= 32 and e.judged_identifiers > 0)::int)
                                         + e.judged_identifiers,
                    taken_identifiers = s.taken_identifiers / (1 + (s.judged_identifiers >= 32 and e.judged_identifiers > 0)::int)
                                        + e.taken_identifiers,
                    hiccup_at = case when e.hiccup then present.t else s.hiccup_at end
  from ended e, present
  where s.account = e.slots_of and s.api = e.api and s.number = e.slot and s.epoch = e.epoch and s.holder is not null
  returning e.n
), run as materialized (
  select e.n, e.envelope, e.lo as batch_lo, e.uncounted, r.lo, r.hi, r.state, r.reason, lethe_time(r.not_before) as not_before,
         lethe_time(r.unknown_since) as unknown_since, lethe_time(r.accepted_at) as accepted_at, lethe_time(r.window_end) as window_end,
         lethe_time(r.refused_since) as refused_since, r.lone_refusals, r.vouched_refusals, r.throttled_calls, case r.state when 'rejected' then present.t end as finished_at,
         case r.state when 'needs_review' then present.t end as review_since
  from unnest(@runs.ended::int[], @runs.lo::smallint[], @runs.hi::smallint[], @runs.state::text[], @runs.reason::text[],
              @runs.not_before::bigint[], @runs.unknown_since::bigint[], @runs.accepted_at::bigint[], @runs.window_end::bigint[],
              @runs.refused_since::bigint[], @runs.lone_refusals::smallint[], @runs.vouched_refusals::smallint[],
              @runs.throttled_calls::smallint[])
      as r(n, lo, hi, state, reason, not_before, unknown_since, accepted_at, window_end, refused_since, lone_refusals, vouched_refusals,
           throttled_calls)
    join freed using (n) join ended e using (n), present
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, urgency, due_at, opened_at, not_before, attempt_count, call_count,
                     captured_at, unknown_since, accepted_at, window_end, refused_since, lone_refusals, vouched_refusals, throttled_calls, may_have_effect,
                     finished_at, review_since)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.urgency, b.due_at, b.opened_at, r.not_before,
         b.attempt_count - r.uncounted, b.call_count, b.captured_at, r.unknown_since, r.accepted_at, r.window_end, r.refused_since,
         r.lone_refusals, r.vouched_refusals, r.throttled_calls, b.may_have_effect, r.finished_at, r.review_since
  from run r join batch b on b.envelope = r.envelope and b.lo = r.batch_lo
  where r.lo > r.batch_lo and b.state = 'sending'
), moved as (
  update batch b set hi = r.hi, state = r.state, reason = r.reason, not_before = r.not_before, unknown_since = r.unknown_since,
                     accepted_at = r.accepted_at, window_end = r.window_end, refused_since = r.refused_since, lone_refusals = r.lone_refusals,
                     vouched_refusals = r.vouched_refusals, throttled_calls = r.throttled_calls,
                     attempt_count = b.attempt_count - r.uncounted, finished_at = r.finished_at, review_since = r.review_since
  from run r
  where b.envelope = r.envelope and b.lo = r.batch_lo and r.lo = r.batch_lo and b.state = 'sending'
  returning r.n
), answered as (
  update attempt a set finished_at = present.t, http_status = e.http_status, outcome_class = e.outcome, vendor_code = e.code
  from ended e, present
  where e.outcome is not null and a.envelope = e.envelope and a.lo = e.lo and a.number = e.number and a.finished_at is null
)
select e.n as ended, freed.n is not null as freed, moved.n is not null as moved
from ended e left join freed using (n) left join moved using (n)
