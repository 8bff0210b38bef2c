-- Makes the refused identifier of a route ready that is held longest, as the probe of the blocked route.
-- @account text
-- @operation operation
with longest as materialized (
  select envelope, lo from batch
  where account = @account and operation = @operation and state = 'held' and reason in @refusal_reasons()
  order by refused_since, envelope, lo limit 1 for update
)
update batch b set state = 'ready', not_before = null
from longest l where b.envelope = l.envelope and b.lo = l.lo and b.state = 'held'
