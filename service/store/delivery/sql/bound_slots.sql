-- Cuts what slots and their control calls wait for to what a call that ends now could make them wait. A call that was accepted later than now
-- is no evidence, nor is a hiccup, and one that failed later than now failed now.
-- (Not by `least`, which takes null for the larger.)
-- @lease milliseconds
-- @rest milliseconds
with present as materialized (
  select t, t + @lease::bigint * interval '1 millisecond' as lease_end, t + @rest::bigint * interval '1 millisecond' as rest_end
  from (select lethe_now() as t) p
)
update slot set lease_until = case when lease_until > present.lease_end then present.lease_end else lease_until end,
                cool_down_until = case when cool_down_until > present.rest_end then present.rest_end else cool_down_until end,
                control_at = case when control_at > present.rest_end then present.rest_end else control_at end,
                accepted_at = case when accepted_at <= present.t then accepted_at end,
                control_accepted_at = case when control_accepted_at <= present.t then control_accepted_at end,
                hiccup_at = case when hiccup_at <= present.t then hiccup_at end,
                failed_at = case when failed_at > present.t then present.t else failed_at end
from present
where lease_until > present.lease_end or cool_down_until > present.rest_end or control_at > present.rest_end
   or accepted_at > present.t or control_accepted_at > present.t or hiccup_at > present.t or failed_at > present.t
