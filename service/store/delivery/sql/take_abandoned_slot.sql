-- Takes over one slot whose lease ran out while it carried a batch, whichever process held it. The new epoch fences that process.
-- @holder text               names the process
-- @lease milliseconds
-- > account text
-- > slot int
-- > epoch bigint             the fence
-- > envelope envelope        with lo: the batch
-- > lo int
with gone as materialized (
  select account, api, number from slot where lease_until <= lethe_now() and envelope is not null and api <> 'profile'
  order by lease_until limit 1 for update skip locked
)
update slot s set holder = @holder, epoch = epoch + 1, lease_until = lethe_now() + @lease::bigint * interval '1 millisecond'
from gone g where s.account = g.account and s.api = g.api and s.number = g.number
returning s.account, s.number as slot, s.epoch, s.envelope, s.lo
