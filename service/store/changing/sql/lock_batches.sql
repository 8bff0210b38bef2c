-- The batches that hold items of a request; locks those that a change could move until the transaction ends. It waits for no batch in a call:
-- who records several calls at once locks theirs in an order of its own. What a rival has done while it waited shows in the next run: to be
-- run until it finds the same twice.
-- @first_envelope envelope    where the items are, with the next three: see ItemRange
-- @last_envelope envelope
-- @first_pos int
-- @last_pos int
-- > envelope envelope
-- > lo int
-- > hi int
-- > state state
-- > reason text_or_none
-- > may_have_effect bool      a call with all its items was accepted, or nothing tells what it did
with locked as materialized (
  select from batch b
  where b.envelope between @first_envelope and @last_envelope and b.hi >= @first_pos::int and b.lo <= @last_pos::int
    and b.state in ('open', 'ready', 'held', 'needs_review')
  order by b.envelope, b.lo for update of b
)
select b.envelope, b.lo, b.hi, b.state, b.reason,
       b.unknown_since is not null or b.may_have_effect
       or (b.call_count > 0 and exists (
             select from attempt a
             where a.envelope = b.envelope and a.lo <= b.lo and a.hi >= b.hi
               and (a.outcome_class in ('accepted', 'unknown') or a.outcome_class is null))) as may_have_effect
from (select count(*) from locked) l, batch b
where b.envelope between @first_envelope and @last_envelope and b.hi >= @first_pos::int and b.lo <= @last_pos::int
order by b.envelope, b.lo
