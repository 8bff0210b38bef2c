-- Cuts what blocked routes wait for before they are probed, likewise.
-- @rest milliseconds
with present as materialized (select lethe_now() as t)
update route_block set probe_at = present.t + @rest::bigint * interval '1 millisecond'
from present
where resume_by <> 'operator' and probe_at > present.t + @rest::bigint * interval '1 millisecond'
