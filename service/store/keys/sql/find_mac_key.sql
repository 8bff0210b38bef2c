-- Whether a request was written under this MAC key and under none of the ring's, among the next requests, or a person is on hold under it
-- and under none of the ring's. All MACs of a request are under
-- the keys of one ring, so its first item tells.
-- @number bigint
-- @ring bigint[]      numbers of the ring's MAC keys
-- @after request      the last that was looked at
-- @limit int          requests to look at
-- > found bool
-- > requests int      looked at; fewer than @limit: these were the last
-- > last request?     of these
with page as materialized (
  select id, first_envelope, first_pos from request where id > @after order by id limit @limit::int
)
select exists (
         select from page r
           cross join lateral (
             select from request_item i
             where i.envelope = r.first_envelope and i.pos = r.first_pos and lethe_key_number(i.digest) = @number
               and not exists (
                 select from item_digest d
                 where d.envelope = i.envelope and d.pos = i.pos and lethe_key_number(d.digest) = any(@ring::bigint[]))
             limit 1) i)
       or exists (
         select from subject_digest s
         where lethe_key_number(s.digest) = @number
           and not exists (
             select from subject_digest d where d.hold = s.hold and lethe_key_number(d.digest) = any(@ring::bigint[]))) as found,
       (select count(*)::int from page) as requests, (select max(id) from page) as last
