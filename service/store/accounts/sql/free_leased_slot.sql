-- Frees a slot that carried no batch. No row: another process has taken the slot since.
-- @slots_of text       as in free_slots
-- @api api
-- @number int
-- @epoch bigint
-- @cool_down milliseconds
-- @control_accepted_at time?    start of the call, if it was an accepted control call: the next one waits as if it were the first
-- > number int
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                cool_down_until = case when @cool_down::bigint > 0 then lethe_now() + @cool_down::bigint * interval '1 millisecond' end,
                control_accepted_at = coalesce(lethe_time(@control_accepted_at), control_accepted_at),
                control_tries = case when @control_accepted_at is null then control_tries else 0 end
where account = @slots_of and api = @api and number = @number and epoch = @epoch and holder is not null
returning number
