-- Makes the next batch of a blocked account its probe. One probe at a time: the transaction that moves probe_at on has it. An operation all of
-- whose batches were called before leaves it to one that has a fresh batch, and may send.
-- @account text
-- @operation operation
-- @lease milliseconds   until another batch may be the probe
-- > account text
update account_state set probe_at = lethe_now() + @lease::bigint * interval '1 millisecond'
where account = @account and resume_by = 'batch' and probe_at <= lethe_now()
  and (exists (select from batch b where b.account = @account and b.operation = @operation and b.state in ('open', 'ready')
                 and b.refused_since is null and b.not_before is null)
       or not exists (select from batch b where b.account = @account and b.operation <> @operation and b.state in ('open', 'ready')
                        and b.refused_since is null and b.not_before is null
                        and not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation))
                        and not @paused(account: @account, api: lethe_api(b.operation))))
returning account
