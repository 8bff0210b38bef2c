-- Finds the items of one person, newest first, each with the state of its batch and what reading it back has shown, as read_item_states.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @digests bytes[]            the person's, under each MAC key
-- @max_items int
-- > account text
-- > request_id request
-- > operation operation
-- > kind kind
-- > create_time time
-- > due_time time?
-- > ordinal int
-- > state state
-- > reason text_or_none
-- > attempt_count int
-- > not_before time?
-- > accepted_at time?
-- > window_end time?
-- > finished_at time?
-- > read_back read_back?
-- > read_back_at time?
-- > reappeared_at time?
with named as materialized (
  select i.envelope, i.pos, i.request_id, i.ordinal from request_item i where i.digest = any(@digests::bytea[])
  union
  select i.envelope, i.pos, i.request_id, i.ordinal
  from item_digest d
    cross join lateral (
      select i.* from request_item i where i.envelope = d.envelope and i.pos = d.pos
      offset 0) i
  where d.digest = any(@digests::bytea[])
)
select r.account, n.request_id, r.operation, r.kind, lethe_micros(r.create_time) as create_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time,
       n.ordinal, b.state, b.reason, b.attempt_count, lethe_micros(b.not_before) as not_before, lethe_micros(b.accepted_at) as accepted_at,
       lethe_micros(b.window_end) as window_end, lethe_micros(b.finished_at) as finished_at, first.result as read_back,
       lethe_micros(first.looked_at) as read_back_at,
       lethe_micros(case when first.result = 'reappeared' then first.looked_at
                         when second.result = 'reappeared' then second.looked_at end) as reappeared_at
from named n
  cross join lateral (
    select r.* from request r
    where r.id = n.request_id and exists (
      select from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
      where s.account = r.account and r.operation = any(string_to_array(s.operations, ',')))
    offset 0) r
  cross join lateral (
    select b.* from batch b where b.envelope = n.envelope and n.pos between b.lo and b.hi
    offset 0) b
  left join read_back first on first.envelope = n.envelope and first.pos = n.pos and first.call_number = b.call_count and first.look = 1
  left join read_back second on second.envelope = n.envelope and second.pos = n.pos and second.call_number = b.call_count and second.look = 2
order by n.request_id desc limit @max_items::int
