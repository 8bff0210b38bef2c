-- Rejects confirmed refusals of a route, those first that were refused first: as many as there is room for. The others that were judged go to
-- where an operator decides, as do all that an earlier call of unknown effect may have reached. One statement: a refusal that is confirmed
-- meanwhile was not judged, and stays held.
-- @account text
-- @operation operation
-- @judged int                identifiers: how many confirmed ones the ruling has seen
-- @room int                  identifiers
-- @rejected state            with @rejected_reason: as Rejection() says
-- @rejected_reason text
-- @review state              with the two reasons: as RefusalReview() says
-- @review_reason text
-- @effect_unknown_reason text
with confirmed as materialized (
  select envelope, lo, unknown_since is not null as effect_unknown,
         sum(hi - lo + 1) over (order by unknown_since is not null, refused_since, envelope, lo) as upto
  from batch
  where account = @account and operation = @operation and state = 'held' and reason = 'refused_confirmed'
    and coalesce(not_before > lethe_now(), true)
), decided as materialized (
  select envelope, lo, effect_unknown, not effect_unknown and upto <= @room as rejected from confirmed where upto <= @judged
)
update batch b
set state = case when d.rejected then @rejected::text else @review::text end,
    reason = case when d.rejected then @rejected_reason::text when d.effect_unknown then @effect_unknown_reason::text else @review_reason::text end,
    finished_at = case when d.rejected then lethe_now() end, review_since = case when d.rejected then null else lethe_now() end,
    refused_since = null, lone_refusals = 0, vouched_refusals = 0, throttled_calls = 0, not_before = null
from decided d
where b.envelope = d.envelope and b.lo = d.lo and b.state = 'held'
