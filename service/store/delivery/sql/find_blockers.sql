-- For each item of a batch that must wait: the batch that it waits for, which is the last of those that precede it (Precedes()). Items are
-- of one identifier if they share a digest under any MAC key. The `offset 0` keeps batches from being read before the items that name them.
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
select mine.pos, earlier.last[2] as envelope, earlier.last[3]::int as lo, earlier.last[4]::int as hi
from request_item mine
  cross join lateral (
    select max(array[other.request_id, b.envelope, b.lo, b.hi]) as last
    from (
        select mine.digest
        union all
        select d.digest from item_digest d where d.envelope = @envelope::bigint and d.pos = mine.pos) form
      cross join lateral (
        select o.envelope, o.pos, o.request_id from request_item o where o.digest = form.digest and o.envelope >= @others::bigint
        union all
        select o.envelope, o.pos, o.request_id from item_digest o where o.digest = form.digest and o.envelope >= @others::bigint) other
      cross join lateral (
        select b.envelope, b.lo, b.hi, b.call_count > 0 as attempted from batch b
        where b.envelope = other.envelope and other.pos between b.lo and b.hi
          and b.account = @account and b.operation <> @operation and b.state not in @final_states()
        offset 0) b
    where case when b.attempted = @attempted::boolean then other.request_id < mine.request_id else b.attempted end) earlier
where earlier.last is not null and mine.envelope = @envelope::bigint and mine.pos between @lo::int and @hi::int
