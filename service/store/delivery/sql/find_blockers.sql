-- For each item of a batch that must wait: the batch that it waits for, which is the last of those that precede it (Precedes()). The
-- `offset 0` keeps batches from being read before the items that name them.
-- @account text
-- @operation operation
-- @attempted bool            whether the batch was sent before
-- @others envelope           from oldest_of_others
-- @envelope envelope         of the batch, with its first and last position
-- @lo int
-- @hi int
-- > pos int                  the item's
-- > envelope envelope        of the blocking batch, with its first and last position
-- > lo int
-- > hi int
select mine.pos, earlier.envelope, earlier.lo, earlier.hi
from request_item mine
  cross join lateral (
    select b.envelope, b.lo, b.hi
    from request_item other
      cross join lateral (
        select b.envelope, b.lo, b.hi, b.call_count > 0 as attempted from batch b
        where b.envelope = other.envelope and other.pos between b.lo and b.hi
          and b.account = @account and b.operation <> @operation and b.state not in @final_states()
        offset 0) b
    where other.digest = mine.digest and other.envelope >= @others::bigint
      and case when b.attempted = @attempted::boolean then other.request_id < mine.request_id else b.attempted end
    order by other.request_id desc limit 1) earlier
where mine.envelope = @envelope::bigint and mine.pos between @lo::int and @hi::int
