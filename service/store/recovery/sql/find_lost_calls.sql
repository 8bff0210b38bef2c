-- The items of a batch that was just taken which lost calls were about, each with the earliest of these calls. What was called once more after
-- the loss was found is left out: since then the rules or an operator have decided about it. So is what was accepted too long after an operator
-- resumed: that is another wish of the same person. The items of an envelope are accepted within seconds: the first tells.
-- @account text
-- @operation operation
-- @envelope envelope
-- @lo int
-- @hi int
-- @repeats_within milliseconds   of resuming
-- > pos int
-- > called_at time
with place as materialized (
  select i.pos, l.started_at, l.found_at, l.settled_at
  from (select pos, digest from request_item where envelope = @envelope and pos between @lo and @hi
        union all
        select pos, digest from item_digest where envelope = @envelope and pos between @lo and @hi) i
    cross join lateral (select d.attempt from lost_digest d where d.digest = i.digest offset 0) d
    cross join lateral (
      select l.account, l.operation, l.started_at, l.found_at, l.settled_at from lost_attempt l where l.id = d.attempt offset 0) l
  where l.account = @account and l.operation = @operation
  union all
  select pos, l.started_at, l.found_at, l.settled_at
  from lost_attempt l cross join lateral generate_series(greatest(l.lo, @lo)::int, least(l.hi, @hi)::int) pos
  where l.envelope = @envelope and l.lo <= @hi and l.hi >= @lo and l.account = @account and l.operation = @operation and not l.has_digests
)
select p.pos::int as pos, lethe_micros(min(p.started_at)) as called_at
from place p
where (p.settled_at is null
       or (select r.create_time from request_item i join request r on r.id = i.request_id
           where i.envelope = @envelope and i.pos = 0) < p.settled_at + @repeats_within::bigint * interval '1 millisecond')
  and not exists (
    select from attempt a where a.envelope = @envelope and a.lo <= p.pos and a.hi >= p.pos and a.started_at > p.found_at)
group by p.pos
