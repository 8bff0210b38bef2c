-- Frees the slot of a look. 0 rows: the lease was lost, because another look has taken the slot since.
-- @slots_of text       as in find_look_slot
-- @number int
-- @epoch bigint            the fence
-- @trouble bool            as LookResult::trouble
-- @cool_down milliseconds
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                setbacks = case when @trouble::bool then setbacks + 1 else 0 end,
                cool_down_until = case when @cool_down::bigint > 0 then lethe_now() + @cool_down::bigint * interval '1 millisecond' end
where account = @slots_of and api = 'profile' and number = @number and epoch = @epoch and holder is not null
returning number
