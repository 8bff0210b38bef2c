-- Counts the requests that have items which are not final, by account and operation. It reads all that is under way in the accounts, and
-- nothing of the history.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @now time
-- @soon time                  what is due before it is due soon
-- > account text
-- > operation operation
-- > open bigint
-- > overdue bigint
-- > due_soon bigint
-- > oldest time
select r.account, r.operation, count(*) as open, count(*) filter (where coalesce(r.due_by, r.due_time) < lethe_time(@now)) as overdue,
       count(*) filter (where coalesce(r.due_by, r.due_time) >= lethe_time(@now) and coalesce(r.due_by, r.due_time) < lethe_time(@soon)) as due_soon,
       lethe_micros(min(r.create_time)) as oldest
from (
    select distinct i.request_id as id
    from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
      cross join lateral unnest(string_to_array(s.operations, ',')) as o(operation)
      cross join lateral (
        select b.envelope, b.lo, b.hi from batch b
        where b.account = s.account and b.operation = o.operation and b.state not in ('done', 'rejected', 'cancelled')
        offset 0) b
      cross join lateral (
        select i.request_id from request_item i where i.envelope = b.envelope and i.pos between b.lo and b.hi
        offset 0) i) n
  cross join lateral (select r.* from request r where r.id = n.id offset 0) r
group by r.account, r.operation
