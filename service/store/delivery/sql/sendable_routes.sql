-- Which of the routes have a batch that may be taken now, and are not paused. Where the account or the route is blocked, only if its next batch is due as the
-- probe. The `offset 0` keeps the search from becoming a join that reads all that waits.
-- @routes.account text
-- @routes.operation operation
-- @routes.capture_wait milliseconds?    how long a batch waits for its capture at most; null: it needs none
-- @linger milliseconds
-- > account text
-- > operation operation
with present as materialized (select lethe_now() as t)
select r.account, r.operation
from present, unnest(@routes.account::text[], @routes.operation::text[], @routes.capture_wait::bigint[])
    as r(account, operation, capture_wait)
  join account_state a using (account)
  left join route_block rb on rb.account = r.account and rb.api = lethe_api(r.operation)
where (a.blocked_since is null or a.resume_by = 'batch' and a.probe_at <= present.t)
  and not @paused(account: r.account, api: lethe_api(r.operation))
  and (rb.account is null or rb.resume_by = 'batch' and rb.probe_at <= present.t)
  and exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and @sendable(linger: @linger::bigint)
      and @capture_over(linger: @linger::bigint)
    offset 0)
