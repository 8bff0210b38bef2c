-- Reads the newest requests of each account: what never changes of them, in no order over the accounts.
-- @scopes.account text
-- @scopes.operations text     with commas; the others are left out, and count for no limit
-- @first request
-- @last request
-- @max_requests int           of each account
-- > id request
-- > account text
-- > operation operation
-- > principal text
-- > create_time time
-- > due_time time?
select r.id, r.account, r.operation, r.principal, lethe_micros(r.create_time) as create_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time
from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
  cross join lateral (
    select r.* from request r
    where r.account = s.account and r.id between @first and @last and r.operation = any(string_to_array(s.operations, ','))
    order by r.id desc limit @max_requests::int) r
