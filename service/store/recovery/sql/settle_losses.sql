-- An operator has decided: what was found to be lost is settled.
-- > calls bigint
with history as (
  update lost_history set settled_at = lethe_now() where settled_at is null
), settled as (
  update lost_attempt set settled_at = lethe_now() where settled_at is null returning number
)
select count(*) as calls from settled
