-- Frees a slot that carried no batch. No row: another process has taken the slot since.
-- @slots_of text       as in free_slots
-- @api api
-- @number int
-- @epoch bigint
-- @cool_down milliseconds
-- @control_accepted bool    it was an accepted control call: the next one waits as if it were the first
-- @control_refused bool     it was a control call, and refused
-- > number int
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                cool_down_until = case when @cool_down::bigint > 0 then lethe_now() + @cool_down::bigint * interval '1 millisecond' end,
                control_accepted_at = case when @control_accepted::boolean then lethe_now() else control_accepted_at end,
                control_tries = case when @control_accepted::boolean then 0 else control_tries end,
                hiccup_at = case when @control_refused::boolean then lethe_now() else hiccup_at end
where account = @slots_of and api = @api and number = @number and epoch = @epoch and holder is not null
returning number
