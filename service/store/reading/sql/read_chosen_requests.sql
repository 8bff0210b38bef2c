-- Reads these requests, in no order: rows as of read_requests, those of one request together.
-- @ids request[]
-- > id request
-- > account text
-- > principal text
-- > operation operation
-- > kind kind
-- > item_count int
-- > duplicate_count int
-- > create_time time
-- > submit_time time?
-- > due_time time?
-- > state state?
-- > items int?
-- > window_end time?
-- > finished_at time?
-- > first_envelope envelope
-- > first_pos int
-- > envelope_count int
-- > retry_of request?
-- > may_be_unlinked bool
select r.id, r.account, r.principal, r.operation, r.kind, r.item_count, r.duplicate_count, lethe_micros(r.create_time) as create_time,
       lethe_micros(r.submit_time) as submit_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time, s.state, s.items,
       lethe_micros(s.window_end) as window_end, lethe_micros(s.finished_at) as finished_at,
       r.first_envelope, r.first_pos, r.envelope_count, r.retry_of, coalesce(r.may_be_unlinked, true) as may_be_unlinked
from unnest(@ids::bigint[]) as n(id)
  cross join lateral (select r.* from request r where r.id = n.id offset 0) r
  left join lateral request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s on true
