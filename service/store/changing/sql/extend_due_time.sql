-- Extends the due time of a request, and keeps who did so.
-- @id request
-- @number int               of the extension, from 1
-- @principal text
-- @reason text
-- @due_before time
-- @due_time time
with extension as (
  insert into due_time_extension (request_id, number, extended_at, principal, reason, due_before, due_time)
  values (@id, @number, lethe_now(), @principal, @reason, lethe_time(@due_before), lethe_time(@due_time))
)
update request set due_by = lethe_time(@due_time) where id = @id
