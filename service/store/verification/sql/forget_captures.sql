-- Deletes captures of batches that are final: nothing is compared with them any more. Gives the number of rows.
-- @limit int
delete from prior_profile p using (
  select c.envelope, c.pos, c.device
  from prior_profile c join batch b on b.envelope = c.envelope and c.pos between b.lo and b.hi
  where b.state in @final_states() limit @limit::int
) gone
where p.envelope = gone.envelope and p.pos = gone.pos and p.device = gone.device
