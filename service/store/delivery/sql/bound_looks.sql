-- Cuts what accepted batches wait for before they are looked up, likewise.
-- @rest milliseconds
with present as materialized (select lethe_now() as t)
update batch b set look_at = present.t + @rest::bigint * interval '1 millisecond'
from present
where b.state = 'accepted' and b.look_at > present.t + @rest::bigint * interval '1 millisecond'
