-- Takes over one slot whose lease ran out while it carried a batch, whichever process held it. The new epoch fences that process.
-- Of an account that is not configured here only after ten minutes: if it is of another configuration, the processes of that one have
-- taken the slot over long before, and they know how late the account's calls may be repeated.
-- @holder text               names the process
-- @lease milliseconds
-- @accounts text[]           those that are configured
-- > slots_of text            whose slot it is: with the number
-- > slot int
-- > epoch bigint             the fence
-- > envelope envelope        with lo: the batch
-- > lo int
with gone as materialized (
  select account, api, number from slot where lease_until <= lethe_now() and envelope is not null and api <> 'profile'
    and (lease_until <= lethe_now() - interval '10 minutes'
         or (select b.account from batch b where b.envelope = slot.envelope and b.lo = slot.lo) = any(@accounts::text[]))
  order by lease_until limit 1 for update skip locked
)
update slot s set holder = @holder, epoch = epoch + 1, lease_until = lethe_now() + @lease::bigint * interval '1 millisecond'
from gone g where s.account = g.account and s.api = g.api and s.number = g.number
returning s.account as slots_of, s.number as slot, s.epoch, s.envelope, s.lo
