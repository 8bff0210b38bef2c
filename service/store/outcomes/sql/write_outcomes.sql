-- Writes outcomes, and numbers them in the order of the rows. Only for the transaction that lock_outcomes has locked.
-- @outcomes.request_id request
-- @outcomes.account text
-- @outcomes.operation operation
-- @outcomes.kind kind
-- @outcomes.principal text
-- @outcomes.outcome request_outcome
-- @outcomes.create_time time
-- @outcomes.received_at time
-- @outcomes.due_time time?
-- @outcomes.finished_at time
-- @outcomes.item_count int
-- @outcomes.done_count int
-- @outcomes.rejected_count int
-- @outcomes.cancelled_count int
insert into request_outcome (request_id, number, account, operation, kind, principal, outcome, create_time, received_at, due_time, finished_at,
                             item_count, done_count, rejected_count, cancelled_count)
select o.request_id, coalesce((select max(number) from request_outcome), 0) + o.place, o.account, o.operation, o.kind, o.principal, o.outcome,
       lethe_time(o.create_time), lethe_time(o.received_at), lethe_time(o.due_time), lethe_time(o.finished_at), o.item_count, o.done_count,
       o.rejected_count, o.cancelled_count
from unnest(@outcomes.request_id::bigint[], @outcomes.account::text[], @outcomes.operation::text[], @outcomes.kind::text[],
            @outcomes.principal::text[], @outcomes.outcome::text[], @outcomes.create_time::bigint[], @outcomes.received_at::bigint[],
            @outcomes.due_time::bigint[], @outcomes.finished_at::bigint[], @outcomes.item_count::int[], @outcomes.done_count::int[],
            @outcomes.rejected_count::int[], @outcomes.cancelled_count::int[]) with ordinality
    as o(request_id, account, operation, kind, principal, outcome, create_time, received_at, due_time, finished_at, item_count, done_count,
         rejected_count, cancelled_count, place)
