-- Reads the batch of a slot that was taken over, and marks its latest attempt as abandoned.
-- @envelope envelope
-- @lo int
-- > account text             one of the project whose slot it was
-- > operation operation
-- > kind kind
-- > hi int
-- > attempt_count int
-- > call_count int
-- > unknown_since time?
-- > may_have_effect bool
-- > started_at time          when the attempt began
-- > refused_since time?
-- > lone_refusals int
-- > vouched_refusals int
-- > throttled_calls int
-- > senders_lost bigint    calls with all of these identifiers whose senders wrote no answer down, this one included
-- > captured bool            as for take_batches
update attempt a set abandoned_at = coalesce(a.abandoned_at, lethe_now())
from batch b
where b.envelope = @envelope and b.lo = @lo and b.state = 'sending' and a.envelope = b.envelope and a.lo = b.lo and a.number = b.call_count
returning b.account, b.operation, b.kind, b.hi, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since, b.may_have_effect,
          lethe_micros(a.started_at) as started_at, lethe_micros(b.refused_since) as refused_since,
          b.lone_refusals, b.vouched_refusals, b.throttled_calls, (select count(*) from attempt l where l.envelope = b.envelope and l.lo <= b.lo and l.hi >= b.hi and l.outcome_class is null)
            as senders_lost, b.captured_at is not null as captured
