-- Deletes losses that matter no more, some calls at a time, each with its digests. What is not settled stays.
-- @matter_for milliseconds   since an operator resumed
-- @calls int                 at most
-- > calls int                deleted
with term as materialized (
  select lethe_now() - @matter_for::bigint * interval '1 millisecond' as ended
), gone as materialized (
  select l.id from lost_attempt l where l.settled_at < (select ended from term)
  order by l.settled_at limit @calls for update of l skip locked
), digests as (
  delete from lost_digest d using gone g where d.attempt = g.id
), history as (
  delete from lost_history h where h.settled_at < (select ended from term)
), calls as (
  delete from lost_attempt l using gone g where l.id = g.id
  returning l.id
)
select count(*)::int as calls from calls
