-- Reads how the next requests of before outcomes were written stand: rows as of take_finished, and one row without a state for a request that
-- has an outcome or no batches.
-- @max_requests int
-- > id request
-- > account text
-- > operation operation
-- > kind kind
-- > principal text
-- > item_count int
-- > create_time time
-- > submit_time time?
-- > due_time time?
-- > state state?
-- > items int?
-- > finished_at time?
select r.id, r.account, r.operation, r.kind, r.principal, r.item_count, lethe_micros(r.create_time) as create_time,
       lethe_micros(r.submit_time) as submit_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time, s.state, s.items,
       lethe_micros(s.finished_at) as finished_at
from (
    select r.* from request r
    where r.id between (select next_id from outcome_backfill) and (select last_id from outcome_backfill)
    order by r.id limit @max_requests::int) r
  left join lateral (
    select s.* from request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s
    where not exists (select from request_outcome o where o.request_id = r.id)) s on true
