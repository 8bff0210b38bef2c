-- Rejects confirmed refusals of a route, those first that were refused first: as many as there is room for. The others that were judged go to
-- where an operator decides: those whose trouble began after CleverTap last took people, and all that an earlier call may have carried out, of
-- this batch, also one that an operator has decided about since, or of another that waits for its window or ended within a day: CleverTap
-- may refuse whom it is deleting. One statement: a refusal that is confirmed meanwhile was not judged, and stays held.
-- @account text
-- @operation operation
-- @one_search milliseconds   a refusal in company longer before the first one alone is of another trouble
-- @judged int                identifiers: how many confirmed ones the ruling has seen
-- @room int                  identifiers
-- @rejected state            with @rejected_reason: as Rejection() says
-- @rejected_reason text
-- @review state              with the two reasons: as RefusalReview() says
-- @review_reason text
-- @effect_unknown_reason text
with health as materialized (
  select max(s.accepted_at) as taken_at from account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
  where a.account = @account and s.api = lethe_api(@operation)
), confirmed as materialized (
  select b.envelope, b.lo, b.hi, b.refused_since, b.unknown_since,
         b.unknown_since is not null or b.may_have_effect or calls.may_have_effect or twin.accepted as may_have_effect,
         coalesce(health.taken_at >= calls.refused_first, false) as others_taken
  from health, batch b cross join lateral (
    select min(c.started_at) as alone_first from attempt c
    where c.envelope = b.envelope and c.lo = b.lo and c.hi = b.hi and c.outcome_class in ('refused', 'partial') and c.started_at >= b.opened_at) lone
  cross join lateral (
    select coalesce(bool_or(c.outcome_class in ('accepted', 'unknown') or c.abandoned_at is not null and c.outcome_class is null), false)
             as may_have_effect,
           min(c.started_at) filter (where c.outcome_class in ('refused', 'partial') and c.started_at >= b.opened_at
                                           and c.started_at >= lone.alone_first - @one_search::bigint * interval '1 millisecond') as refused_first
    from attempt c where c.envelope = b.envelope and c.lo <= b.lo and c.hi >= b.hi) calls
  cross join lateral (
    select exists (
      select from request_item mine cross join lateral (
          select o.envelope, o.pos from request_item o where o.digest = mine.digest
          union all
          select o.envelope, o.pos from item_digest o where o.digest = mine.digest
          offset 0) other
        cross join lateral (
          select from batch t where t.envelope = other.envelope and other.pos between t.lo and t.hi
                              and t.account = b.account and t.operation = b.operation
                              and (t.state = 'accepted' or t.state = 'done' and t.finished_at > lethe_now() - interval '1 day')
          offset 0) t
      where mine.envelope = b.envelope and mine.pos between b.lo and b.hi) as accepted) twin
  where b.account = @account and b.operation = @operation and b.state = 'held' and b.reason = 'refused_confirmed'
    and coalesce(b.not_before > lethe_now(), true)
), counted as (
  select envelope, lo, unknown_since, may_have_effect, others_taken,
         sum(hi - lo + 1) over (order by may_have_effect or not others_taken, refused_since, envelope, lo) as upto
  from confirmed
), decided as materialized (
  select envelope, lo, unknown_since, may_have_effect, not may_have_effect and others_taken and upto <= @room as rejected
  from counted where upto <= @judged
)
update batch b
set state = case when d.rejected then @rejected::text else @review::text end,
    reason = case when d.rejected then @rejected_reason::text when d.may_have_effect then @effect_unknown_reason::text else @review_reason::text end,
    finished_at = case when d.rejected then lethe_now() end, review_since = case when d.rejected then null else lethe_now() end,
    may_have_effect = d.may_have_effect, refused_since = null, lone_refusals = 0, vouched_refusals = 0, throttled_calls = 0, not_before = null
from decided d
where b.envelope = d.envelope and b.lo = d.lo and b.state = 'held'
