-- Reads requests of the account, newest first, a row for each state that items of the request are in. Serves one request as well as a
-- page. Of a request whose batches are dropped as history there is one row without a state.
-- @account text
-- @first_id request
-- @last_id request
-- @max_requests int
-- > id request
-- > account text
-- > principal text
-- > operation operation
-- > kind kind
-- > item_count int
-- > duplicate_count int
-- > create_time time
-- > submit_time time?
-- > due_time time?             the one that counts
-- > state state?
-- > items int?                how many are in this state
-- > window_end time?          the latest of those
-- > finished_at time?         the latest of those
-- > first_envelope envelope   where the items are, with the next two: see Placement
-- > first_pos int
-- > envelope_count int
-- > retry_of request?
-- > may_be_unlinked bool      false: no earlier request can have unlinked its identities
select r.id, r.account, r.principal, r.operation, r.kind, r.item_count, r.duplicate_count, lethe_micros(r.create_time) as create_time,
       lethe_micros(r.submit_time) as submit_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time, s.state, s.items,
       lethe_micros(s.window_end) as window_end, lethe_micros(s.finished_at) as finished_at,
       r.first_envelope, r.first_pos, r.envelope_count, r.retry_of, coalesce(r.may_be_unlinked, true) as may_be_unlinked
from (select * from request where account = @account and id between @first_id and @last_id order by id desc limit @max_requests::int) r
  left join lateral request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s on true
order by r.id desc
