-- Finds the items of erasures by identity that are ItemView::unlinked. It ends at account_state where no request of the account unlinks.
-- Each `offset 0` keeps the planner from joining in another order: it cannot tell how few rows each step gives.
-- @erasures.id request
-- @erasures.account text
-- @erasures.first_envelope envelope    where the request's items are: as ItemRange
-- @erasures.last_envelope envelope
-- @erasures.first_pos int
-- @erasures.last_pos int
-- @first_ordinal int         only items with ordinals from this one
-- @last_ordinal int          to this one
-- @lowest_envelope envelope  of all @erasures: keeps the statement out of the other months' partitions
-- @highest_envelope envelope
-- > id request
-- > ordinal int
select q.id, i.ordinal
from (
    select q.*
    from unnest(@erasures.id::bigint[], @erasures.account::text[], @erasures.first_envelope::bigint[], @erasures.last_envelope::bigint[],
                @erasures.first_pos::smallint[], @erasures.last_pos::smallint[])
        as q(id, account, first_envelope, last_envelope, first_pos, last_pos)
      join account_state a using (account)
    where a.unlinks_since is not null
    offset 0) q
  cross join lateral generate_series(q.first_envelope, q.last_envelope) as own(envelope)
  cross join lateral (
    select i.ordinal, i.pos, i.digest from request_item i
    where i.envelope = own.envelope and i.envelope between @lowest_envelope::bigint and @highest_envelope::bigint
      and i.pos between q.first_pos and q.last_pos and i.ordinal between @first_ordinal::int and @last_ordinal::int
    offset 0) i
  cross join lateral (
    select from (
        select i.digest
        union all
        select d.digest from item_digest d
        where d.envelope = own.envelope and d.envelope between @lowest_envelope::bigint and @highest_envelope::bigint and d.pos = i.pos) form
      join unlinking_item u using (digest)
      cross join lateral (
        select from batch b
        where b.envelope = u.envelope and u.pos between b.lo and b.hi and b.account = q.account
          and b.state not in ('rejected', 'cancelled')
        offset 0) b
    where u.request_id < q.id
    limit 1) earlier
