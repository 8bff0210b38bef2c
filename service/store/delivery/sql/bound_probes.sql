-- Cuts what blocked accounts wait for before they are probed, likewise.
-- @rest milliseconds
with present as materialized (select lethe_now() as t)
update account_state set probe_at = present.t + @rest::bigint * interval '1 millisecond'
from present
where resume_by <> 'operator' and probe_at > present.t + @rest::bigint * interval '1 millisecond'
