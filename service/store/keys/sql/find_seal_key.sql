-- Whether something is sealed with this key that may still be sent or looked at, among the batches of the next envelopes.
-- @number bigint
-- @from envelope      the first to look at
-- @limit int          batches to look at: more than an envelope can have
-- > found bool
-- > batches int       looked at; fewer than @limit: these were the last
-- > last envelope?    of these
with page as materialized (
  select envelope, lo, hi, state, second_look_at from batch where envelope >= @from order by envelope, lo limit @limit::int
)
select exists (
         select from page b
           cross join lateral (
             select from request_item i
             where i.envelope = b.envelope and i.pos between b.lo and b.hi and lethe_key_number(i.sealed) = @number
             limit 1) i
         where b.state not in @final_states() or b.second_look_at is not null)
       or exists (select from prior_profile where lethe_key_number(object_id) = @number) as found,
       (select count(*)::int from page) as batches, (select max(envelope) from page) as last
