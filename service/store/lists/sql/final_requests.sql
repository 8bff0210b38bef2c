-- Reads the newest requests of each account with each of the outcomes: as newest_requests.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @outcomes text[]
-- @first request
-- @last request
-- @max_requests int           of each account and outcome
-- > id request
-- > account text
-- > operation operation
-- > principal text
-- > create_time time
-- > due_time time?
select o.request_id as id, o.account, o.operation, o.principal, lethe_micros(o.create_time) as create_time,
       lethe_micros(o.due_time) as due_time
from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
  cross join lateral unnest(@outcomes::text[]) as w(outcome)
  cross join lateral (
    select o.* from request_outcome o
    where o.account = s.account and o.outcome = w.outcome and -o.request_id between -@last::bigint and -@first::bigint
      and o.operation = any(string_to_array(s.operations, ','))
    order by -o.request_id limit @max_requests::int) o
