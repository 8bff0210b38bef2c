-- Lets batches go on that were held because a person was on hold; they wait from now on (SendUntil()). A claim looks again: others of the
-- batch may still be on hold.
-- @batches.envelope envelope
-- @batches.lo int
update batch b set state = 'ready', reason = null, opened_at = lethe_now()
from (select distinct envelope, lo from unnest(@batches.envelope::bigint[], @batches.lo::int[]) as r(envelope, lo)) r
where b.envelope = r.envelope and b.lo = r.lo and b.state = 'held' and b.reason = 'subject_on_hold'
