-- Ends a pause, with an audit event for each account that it concerned. No row: none of this kind and scope is in force.
-- @account text_or_none     as in write_pause
-- @api api?
-- @kind pause_kind
-- @principal text
-- @means text_or_none       how the principal was recognised
-- @justification text
-- > reason text             of the pause
with ended as (
  delete from pause where coalesce(account, '') = coalesce(@account, '') and coalesce(api, '') = coalesce(@api, '') and kind = @kind
  returning reason, ends_at
), in_force as (
  select reason from ended where ends_at is null or ends_at > lethe_now()
), evidence as (
  insert into audit_event (at, principal, means, action, account, state_before, reason_before, state_after, justification)
  select lethe_now(), @principal, @means, 'end_pause', s.account, concat(@api::text || ': ', 'paused'), f.reason,
         case when s.blocked_since is null then 'served' else 'blocked' end, @justification
  from in_force f, account_state s where @account::text is null or s.account = @account
)
select reason from in_force
