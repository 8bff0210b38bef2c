-- Where the identifiers of the lost calls that are not settled stand: the places that were called, and every other place of the same
-- identifiers that is known. Columns: account, operation, envelope, lo, hi, started_at.
select l.account, l.operation, l.envelope, l.lo::int as lo, l.hi::int as hi, l.started_at
from lost_attempt l where l.settled_at is null
union all
select l.account, l.operation, i.envelope, i.pos::int, i.pos::int, l.started_at
from lost_attempt l
  cross join lateral generate_series(0, length(l.digests) / 20 - 1) n
  cross join lateral (
    select o.envelope, o.pos from request_item o where o.digest = substr(l.digests, 1 + 20 * n, 20)
    union all
    select o.envelope, o.pos from item_digest o where o.digest = substr(l.digests, 1 + 20 * n, 20)) i
where l.settled_at is null
