-- Finds and locks a free slot of an account's look-ups. A slot whose lease ran out counts as free: a look changes nothing at
-- CleverTap, so a lost one needs no follow-up. No pause begins until the transaction ends: lease_look_slot tells of those that have begun.
-- No row: no slot is free, or the account is blocked.
-- @account text
-- @concurrency int    the highest number of a slot that may be used
-- > number int
-- > epoch bigint
-- > slots_of text     the account whose slots its project uses
with unpaused as materialized (select @no_pause_begins())
select s.number, s.epoch, s.account as slots_of from unpaused, account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
where a.account = @account and s.api = 'profile' and s.number <= @concurrency::int and a.blocked_since is null
  and (s.holder is null or s.lease_until <= lethe_now()) and (s.cool_down_until is null or s.cool_down_until <= lethe_now())
order by s.number limit 1 for update of s skip locked
