-- Reads batches that do not go their way, the newest of each account and state, in no order over these.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @states text[]              of held, needs_review and rejected
-- @last envelope              with the next one: the last item of the page before
-- @last_pos int
-- @max_batches int            of each account and state
-- > envelope envelope
-- > lo int
-- > hi int
-- > account text
-- > operation operation
-- > kind kind
-- > state state
-- > reason text_or_none
-- > since time
select b.envelope, b.lo, b.hi, b.account, b.operation, b.kind, b.state, b.reason,
       lethe_micros(coalesce(b.finished_at, b.review_since, b.opened_at)) as since
from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
  cross join lateral (
      (select b.* from batch b
       where b.account = s.account and b.state = 'held' and 'held' = any(@states::text[])
         and b.envelope <= @last::bigint and (b.envelope < @last::bigint or b.hi > @last_pos::int) and b.operation = any(string_to_array(s.operations, ','))
       order by b.envelope desc, b.lo limit @max_batches::int)
      union all
      (select b.* from batch b
       where b.account = s.account and b.state = 'needs_review' and 'needs_review' = any(@states::text[])
         and b.envelope <= @last::bigint and (b.envelope < @last::bigint or b.hi > @last_pos::int) and b.operation = any(string_to_array(s.operations, ','))
       order by b.envelope desc, b.lo limit @max_batches::int)
      union all
      (select b.* from batch b
       where b.account = s.account and b.state = 'rejected' and 'rejected' = any(@states::text[])
         and b.envelope <= @last::bigint and (b.envelope < @last::bigint or b.hi > @last_pos::int) and b.operation = any(string_to_array(s.operations, ','))
       order by b.envelope desc, b.lo limit @max_batches::int)) b
