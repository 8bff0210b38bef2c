-- Takes the account's batch that is due for a capture and is sent first, until the lease ends: an erasure by identity that could be sent, and no
-- call of which can have had an effect, because a capture shows whom the first call met. It is closed if it was open: while its people are
-- looked up, its items must stay what they are. (`any`, because with `=` the index of claims gives the order as well, and a search in it
-- would pass all that was captured and not sent yet.)
-- @account text
-- @lease milliseconds
-- @linger milliseconds
-- > envelope envelope
-- > lo int
-- > hi int
-- > kind kind
-- > call_number int       0
-- > accepted_at time?     null
-- > due_since time
-- > tries int
with present as materialized (select lethe_now() as t), first as materialized (
  select b.envelope, b.lo, coalesce(b.not_before, b.opened_at) as due_since from batch b, present
  where b.account = @account and b.captured_at is null and b.operation = any('{erasure}') and b.kind = 'identity'
    and @no_effect()
    and @sendable(linger: @linger::bigint)
    and coalesce(b.look_at <= present.t, true)
  order by b.urgency, b.due_at, b.envelope, b.lo limit 1 for update of b skip locked
)
update batch b set state = 'ready', look_at = present.t + @lease::bigint * interval '1 millisecond'
from first o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning b.envelope, b.lo, b.hi, b.kind, 0 as call_number, null::bigint as accepted_at, lethe_micros(o.due_since) as due_since,
          b.look_tries as tries
