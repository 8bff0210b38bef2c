-- Splits a batch that was just taken into runs; the first run keeps its row. Those that are not sent give back what the claim counted. An
-- erasure that has to wait may have been written before the operation that it waits for was visible: its request is marked now.
-- @envelope envelope
-- @lo int
-- @runs.lo int
-- @runs.hi int
-- @runs.state state
-- @runs.reason text_or_none              of those that are held
-- @runs.blocked_by_envelope envelope?    the blocking batch, with its first and last position; null if the run waits for none
-- @runs.blocked_by_lo int?
-- @runs.blocked_by_hi int?
with run as materialized (
  select r.*, case r.state when 'sending' then 0 else 1 end as uncounted
  from unnest(@runs.lo::smallint[], @runs.hi::smallint[], @runs.state::text[], @runs.reason::text[],
              @runs.blocked_by_envelope::bigint[], @runs.blocked_by_lo::smallint[], @runs.blocked_by_hi::smallint[])
    as r(lo, hi, state, reason, blocked_by_envelope, blocked_by_lo, blocked_by_hi)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, urgency, due_at, opened_at, attempt_count, call_count,
                     captured_at, unknown_since, refused_since, lone_refusals, vouched_refusals, throttled_calls, may_have_effect,
                     blocked_by_envelope, blocked_by_lo, blocked_by_hi)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.urgency, b.due_at, b.opened_at, b.attempt_count - r.uncounted,
         b.call_count - r.uncounted, b.captured_at, b.unknown_since, b.refused_since, b.lone_refusals, b.vouched_refusals, b.throttled_calls,
         b.may_have_effect, r.blocked_by_envelope, r.blocked_by_lo, r.blocked_by_hi
  from batch b join run r on r.lo > b.lo
  where b.envelope = @envelope and b.lo = @lo and b.state = 'sending'
), waiting as materialized (
  select distinct i.request_id from run r join request_item i on i.envelope = @envelope and i.pos between r.lo and r.hi
  where r.reason = 'earlier_operation'
), noted as (
  update request set may_be_unlinked = true
  where id = any (array(select request_id from waiting))
    and id between (select min(request_id) from waiting) and (select max(request_id) from waiting)
    and operation = 'erasure' and not may_be_unlinked
)
update batch b set hi = r.hi, state = r.state, reason = r.reason, attempt_count = b.attempt_count - r.uncounted,
                   call_count = b.call_count - r.uncounted, blocked_by_envelope = r.blocked_by_envelope,
                   blocked_by_lo = r.blocked_by_lo, blocked_by_hi = r.blocked_by_hi
from run r
where b.envelope = @envelope and b.lo = @lo and b.state = 'sending' and r.lo = b.lo
returning b.lo
