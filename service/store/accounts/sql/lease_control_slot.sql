-- Leases a free slot for a control call of its route, and says when the next one may be made: after 1 s, 2 s, 4 s .. 10 min, until one is
-- accepted. No row: one was made lately, through whichever slot.
-- @slots_of text       as in free_slots
-- @api api
-- @number int
-- @holder text          names the process
-- @lease milliseconds
-- > epoch bigint        the fence
-- > leased_at time
with present as materialized (select lethe_now() as t)
update slot s set holder = @holder, epoch = s.epoch + 1, lease_until = present.t + @lease::bigint * interval '1 millisecond',
                  cool_down_until = null, control_tries = tries.n + 1,
                  control_at = present.t + least(600, 2 ^ least(tries.n, 10)) * interval '1 second'
from present, (select control_tries as n, control_at from slot where account = @slots_of and api = @api
               order by control_at desc nulls last limit 1) tries
where s.account = @slots_of and s.api = @api and s.number = @number and s.envelope is null
  and coalesce(tries.control_at <= present.t, true)
returning s.epoch, lethe_micros(present.t) as leased_at
