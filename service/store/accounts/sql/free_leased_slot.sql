-- Frees a slot that carried no batch. No row: another process has taken the slot since.
-- @account text
-- @api api
-- @number int
-- @epoch bigint
-- @cool_down milliseconds
-- > number int
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                cool_down_until = case when @cool_down::bigint > 0 then lethe_now() + @cool_down::bigint * interval '1 millisecond' end
where account = @account and api = @api and number = @number and epoch = @epoch and holder is not null
returning number
