-- Rejects confirmed refusals of a route, those first that were refused first: as many as there is room for. Not those that an earlier
-- call of unknown effect may have reached.
-- @account text
-- @operation operation
-- @room int                  identifiers
-- @state state               as Rejection() says
-- @reason text
with confirmed as materialized (
  select envelope, lo, sum(hi - lo + 1) over (order by refused_since, envelope, lo) as upto
  from batch
  where account = @account and operation = @operation and state = 'held' and reason = 'refused_confirmed' and unknown_since is null
)
update batch b set state = @state, reason = @reason, refused_since = null, lone_refusals = 0, not_before = null, finished_at = lethe_now()
from confirmed c
where b.envelope = c.envelope and b.lo = c.lo and b.state = 'held' and c.upto <= @room
