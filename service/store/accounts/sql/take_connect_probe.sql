-- Leases the look at the credentials of one blocked account that is due, and is not paused as a whole; also of one whose next batch should
-- have found out, and did not come. To be run after hold_off_pauses.
-- @accounts text[]      those that this process knows
-- @lease milliseconds
-- @look_again_after milliseconds
-- > account text
-- > reason text
-- > probe_count int     how many probes have left it blocked
-- > lease_until time    the fence of end_block, probe_later and probe_by_batch
with due as materialized (
  select account from account_state
  where account = any(@accounts::text[])
    and (resume_by = 'connect' and probe_at <= lethe_now()
         or resume_by = 'batch' and probe_at <= lethe_now() - @look_again_after::bigint * interval '1 millisecond')
    and not exists (select from pause p where (p.account is null or p.account = account_state.account) and p.api is null
                    and (p.ends_at is null or p.ends_at > lethe_now()))
  order by probe_at limit 1 for update skip locked
)
update account_state s set resume_by = 'connect', probe_at = lethe_now() + @lease::bigint * interval '1 millisecond',
                           probing_until = lethe_now() + @lease::bigint * interval '1 millisecond'
from due d where s.account = d.account
returning s.account, s.blocked_reason as reason, s.probe_count, lethe_micros(s.probe_at) as lease_until
