-- When a request of the account is due, and how often that was extended. To be run under the lock of the account. No row: it has no such request.
-- @account text
-- @id request
-- > due_time time?
-- > extensions int
select lethe_micros(coalesce(r.due_by, r.due_time)) as due_time,
       (select count(*)::int from due_time_extension e where e.request_id = @id) as extensions
from request r where r.account = @account and r.id = @id
