-- Takes batches that became final, and reads how the requests stand that have items in them and no outcome yet: a row for each state that
-- items of a request are in, in no order, and again for each batch that it has items in. One row at least, for the number of batches. A batch of another transaction, which this snapshot
-- does not see as final, leaves a row of its own to the next pass.
-- @max_batches int
-- > batches int            how many it took
-- > id request?
-- > account text_or_none
-- > operation operation?
-- > kind kind?
-- > principal text_or_none
-- > item_count int?
-- > create_time time?
-- > submit_time time?
-- > due_time time?
-- > state state?
-- > items int?             how many are in this state
-- > finished_at time?      the latest of those
with taken as materialized (
  select ctid as place, envelope, lo, hi from finished_batch limit @max_batches::int
), gone as (
  delete from finished_batch f using taken t where f.ctid = t.place
), concerned as materialized (
  select i.request_id as id
  from taken t
    cross join lateral (
      select distinct i.request_id from request_item i where i.envelope = t.envelope and i.pos between t.lo and t.hi offset 0) i
)
select c.batches, r.id, r.account, r.operation, r.kind, r.principal, r.item_count, lethe_micros(r.create_time) as create_time,
       lethe_micros(r.submit_time) as submit_time, lethe_micros(coalesce(r.due_by, r.due_time)) as due_time, s.state, s.items,
       lethe_micros(s.finished_at) as finished_at
from (select count(*)::int as batches from taken) c
  left join (
    concerned n
    cross join lateral (
      select r.* from request r where r.id = n.id and not exists (select from request_outcome o where o.request_id = n.id) offset 0) r
    cross join lateral request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s) on true
