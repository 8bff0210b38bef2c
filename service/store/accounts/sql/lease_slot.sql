-- Leases a free slot for a call that carries no batch.
-- @slots_of text       as in free_slots
-- @api api
-- @number int
-- @holder text          names the process
-- @lease milliseconds
-- > epoch bigint        the fence
-- > leased_at time
update slot set holder = @holder, epoch = epoch + 1, lease_until = lethe_now() + @lease::bigint * interval '1 millisecond', cool_down_until = null
where account = @slots_of and api = @api and number = @number and envelope is null
returning epoch, lethe_micros(lethe_now()) as leased_at
