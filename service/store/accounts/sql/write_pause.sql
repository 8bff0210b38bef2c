-- Writes a pause down, with an audit event for each account that it concerns. Where one of its kind and scope is in force, that one goes on,
-- for this reason. To be run after lock_pauses.
-- @account text_or_none     none: every account
-- @api api?                 null: every API
-- @kind pause_kind
-- @reason text
-- @principal text
-- @means text_or_none       how the principal was recognised
-- @ends_at time?
-- > paused_at time
with written as (
  insert into pause as p (account, api, kind, reason, principal, paused_at, ends_at)
  values (@account, @api, @kind, @reason, @principal, lethe_now(), lethe_time(@ends_at))
  on conflict (coalesce(account, ''), coalesce(api, ''), kind) do update
    set reason = excluded.reason, principal = excluded.principal, ends_at = excluded.ends_at,
        paused_at = case when p.ends_at <= lethe_now() then excluded.paused_at else p.paused_at end
  returning p.paused_at
), evidence as (
  insert into audit_event (at, principal, means, action, account, state_before, reason_before, state_after, justification)
  select lethe_now(), @principal, @means, 'pause', s.account, case when s.blocked_since is null then 'served' else 'blocked' end, s.blocked_reason,
         concat(@api::text || ': ', 'paused'), @reason
  from account_state s where @account::text is null or s.account = @account
)
select lethe_micros(paused_at) as paused_at from written
