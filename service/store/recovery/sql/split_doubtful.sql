-- Parts batches that wait into runs; the first run keeps the row. What a lost call was about counts as called then, with unknown effect,
-- unless it was called earlier. An open batch closes: who is added to its envelope later was not called. To be run after lock_doubtful.
-- @runs.envelope envelope
-- @runs.batch_lo int         of the batch
-- @runs.lo int
-- @runs.hi int
-- @runs.unknown_since time?  null: no lost call was about it
-- > envelope envelope        of each batch that was parted
with run as materialized (
  select r.envelope, r.batch_lo, r.lo, r.hi, lethe_time(r.unknown_since) as unknown_since
  from unnest(@runs.envelope::bigint[], @runs.batch_lo::smallint[], @runs.lo::smallint[], @runs.hi::smallint[], @runs.unknown_since::bigint[])
    as r(envelope, batch_lo, lo, hi, unknown_since)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, not_before, attempt_count, call_count, captured_at,
                     unknown_since, refused_since, lone_refusals, vouched_refusals, throttled_calls, blocked_by_envelope, blocked_by_lo,
                     blocked_by_hi, look_at, look_tries)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, case b.state when 'open' then 'ready' else b.state end, b.reason, b.opened_at,
         b.not_before, b.attempt_count, b.call_count, b.captured_at, least(b.unknown_since, r.unknown_since), b.refused_since, b.lone_refusals,
         b.vouched_refusals, b.throttled_calls, b.blocked_by_envelope, b.blocked_by_lo, b.blocked_by_hi, b.look_at, b.look_tries
  from run r join batch b on b.envelope = r.envelope and b.lo = r.batch_lo
  where r.lo > r.batch_lo and b.state in ('open', 'ready', 'held')
)
update batch b set hi = r.hi, state = case b.state when 'open' then 'ready' else b.state end,
                   unknown_since = least(b.unknown_since, r.unknown_since)
from run r
where b.envelope = r.envelope and b.lo = r.batch_lo and r.lo = r.batch_lo and b.state in ('open', 'ready', 'held')
returning b.envelope
