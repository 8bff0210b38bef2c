-- Leases the slot that find_look_slot has locked. A higher epoch shuts out the look that held the slot before. No row: the account's look-ups
-- are paused.
-- @account text
-- @slots_of text       as in find_look_slot
-- @number int
-- @holder text          names the process
-- @lease milliseconds
-- @envelope envelope    of the batch that is looked up, as is `lo`
-- @lo int
-- > epoch bigint        the fence
-- > setbacks int
update slot set holder = @holder, epoch = epoch + 1, lease_until = lethe_now() + @lease::bigint * interval '1 millisecond',
                cool_down_until = null, envelope = @envelope, lo = @lo
where account = @slots_of and api = 'profile' and number = @number
  and not @paused(account: @account, api: 'profile')
returning epoch, setbacks
