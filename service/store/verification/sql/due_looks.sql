-- Which routes have a batch that is due for a look, whatever its purpose. Not those of an account that is blocked, or whose look-ups are
-- paused.
-- `offset 0` makes PostgreSQL ask each `exists` for one route at a time, which ends at the first batch. Flattened into joins, the
-- plan for any arguments would read all batches of the index.
-- @routes.account text
-- @routes.operation operation
-- @linger milliseconds
-- > account text
-- > operation operation
with present as materialized (select lethe_now() as t)
select r.account, r.operation
from present, unnest(@routes.account::text[], @routes.operation::text[]) as r(account, operation) join account_state a using (account)
where a.blocked_since is null and not @paused(account: r.account, api: 'profile') and (
  (r.operation = 'erasure' and exists (
    select from batch b
    where b.account = r.account and b.captured_at is null and b.operation = 'erasure' and b.kind = 'identity'
      and @no_effect()
      and @sendable(linger: @linger::bigint)
      and coalesce(b.look_at <= present.t, true) offset 0))
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'accepted' and b.window_end <= present.t
      and coalesce(b.look_at <= present.t, true) offset 0)
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'held' and b.reason = 'look_before_repeat'
      and coalesce(b.look_at <= present.t, true) offset 0)
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'done'
      and b.second_look_at is not null and b.second_look_at <= present.t
      and coalesce(b.look_at <= present.t, true) offset 0))
