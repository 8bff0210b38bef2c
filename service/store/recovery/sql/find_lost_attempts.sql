-- Which of the remembered calls are no attempt. After a restore the same batch may have been claimed again as the same number: the time tells
-- the two apart. Calls that matter no more are left out: if they were lost, that may be forgotten by now.
-- @matter_for milliseconds
-- @calls.envelope envelope
-- @calls.lo int
-- @calls.number int
-- @calls.started_at time
-- > place bigint             in @calls, from 1
-- > told bool                it is known to be lost
select c.n as place, exists (
    select from lost_attempt l
    where l.envelope = c.envelope and l.lo = c.lo and l.number = c.number and l.started_at = lethe_time(c.started_at)) as told
from unnest(@calls.envelope::bigint[], @calls.lo::smallint[], @calls.number::int[], @calls.started_at::bigint[])
  with ordinality as c(envelope, lo, number, started_at, n)
where lethe_time(c.started_at) >= lethe_now() - @matter_for::bigint * interval '1 millisecond' and not exists (
    select from attempt a
    where a.envelope = c.envelope and a.lo = c.lo and a.number = c.number and a.started_at = lethe_time(c.started_at))
