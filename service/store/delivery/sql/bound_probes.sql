-- Cuts what blocked accounts wait for before they are probed, likewise. A look at the credentials that was later than now is no evidence.
-- @rest milliseconds
with present as materialized (
  select t, t + @rest::bigint * interval '1 millisecond' as rest_end from (select lethe_now() as t) p
)
update account_state
set probe_at = case when resume_by <> 'operator' and probe_at > present.rest_end then present.rest_end else probe_at end,
    connected_at = case when connected_at <= present.t then connected_at end
from present
where resume_by <> 'operator' and probe_at > present.rest_end or connected_at > present.t
