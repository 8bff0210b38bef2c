-- Cuts what batches wait for before they are sent, or sent alone once more, likewise. One that was opened later than now counts as opened now.
-- @rest milliseconds
with present as materialized (
  select t, t + @rest::bigint * interval '1 millisecond' as rest_end from (select lethe_now() as t) p
)
update batch b set opened_at = least(b.opened_at, present.t),
                   not_before = case when b.not_before > present.rest_end then present.rest_end else b.not_before end,
                   look_at = case when b.look_at > present.rest_end then present.rest_end else b.look_at end
from present
where b.state in ('open', 'ready', 'held')
  and (b.opened_at > present.t or b.not_before > present.rest_end or b.look_at > present.rest_end)
