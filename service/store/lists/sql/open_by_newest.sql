-- Reads requests that have items which are not final, newest first: as newest_requests. It reads all that is
-- under way in the accounts, and nothing of the history.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @held bool                  only where an item is held; with @needs_review: or needs review
-- @needs_review bool          likewise
-- @principal text             empty: anyone's
-- @due_from time?
-- @due_until time?
-- @first request
-- @last request
-- @max_requests int
-- > id request
-- > account text
-- > operation operation
-- > principal text
-- > create_time time
-- > due_time time?
select r.id, r.account, r.operation, r.principal, lethe_micros(r.create_time) as create_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time
from (
    select distinct i.request_id as id
    from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
      cross join lateral unnest(string_to_array(s.operations, ',')) as o(operation)
      cross join lateral (
        select b.envelope, b.lo, b.hi from batch b
        where b.account = s.account and b.operation = o.operation and b.state not in ('done', 'rejected', 'cancelled')
          and (not (@held::boolean or @needs_review::boolean) or (@held and b.state = 'held') or (@needs_review and b.state = 'needs_review'))
        offset 0) b
      cross join lateral (
        select i.request_id from request_item i where i.envelope = b.envelope and i.pos between b.lo and b.hi
        offset 0) i) n
  cross join lateral (
    select r.* from request r
    where r.id = n.id and r.id between @first and @last and (@principal::text = '' or r.principal = @principal::text)
      and (@due_from::bigint is null or coalesce(r.due_by, r.due_time) >= lethe_time(@due_from::bigint))
      and (@due_until::bigint is null or coalesce(r.due_by, r.due_time) < lethe_time(@due_until::bigint))
    offset 0) r
order by r.id desc limit @max_requests::int
