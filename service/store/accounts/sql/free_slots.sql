-- Finds and locks free slots of each route. A slot that carries no batch is free once its lease ran out. A route that is paused has none.
-- @routes.account text
-- @routes.slots_of text      the account whose slots the route's project uses; a configuration has one account of a project
-- @routes.api api
-- @routes.concurrency int    the highest number of a slot that may be used
-- @routes.wanted int         how many slots at most
-- @losses_matter_for milliseconds   since an operator resumed
-- > route bigint             the place of the route in @routes, from 1
-- > number int
-- > turn int                 see TakesOldest()
-- > setbacks int
-- > accepted_at time?        RouteHealth
-- > failing int
-- > hiccup_at time?
-- > connected_at time?
-- > blocked bool             the route alone, whatever its account
-- > probe_due bool           the route is blocked, and its next batch is due as the probe
-- > subjects_on_hold bool    people are on hold on the account
-- > lost_calls bool          calls of the account were lost, and may have been about what waits
with present as materialized (select lethe_now() as t)
select r.n as route, free.number, free.turn, free.setbacks, lethe_micros(health.accepted_at) as accepted_at, health.failing,
       lethe_micros(health.hiccup_at) as hiccup_at, lethe_micros(a.connected_at) as connected_at,
       b.account is not null as blocked, coalesce(b.resume_by = 'batch' and b.probe_at <= present.t, false) as probe_due,
       exists (select from subject_digest s where s.account = r.account) as subjects_on_hold,
       exists (select from lost_attempt l where l.account = r.account and coalesce(l.settled_at, 'infinity') > present.t - @losses_matter_for::bigint * interval '1 millisecond')
         as lost_calls
from present cross join unnest(@routes.account::text[], @routes.slots_of::text[], @routes.api::text[], @routes.concurrency::int[], @routes.wanted::int[])
    with ordinality as r(account, slots_of, api, concurrency, wanted, n)
  left join account_state a on a.account = r.account
  left join route_block b on b.account = r.account and b.api = r.api
  cross join lateral (
    select s.number, s.turn, s.setbacks from slot s
    where s.account = r.slots_of and s.api = r.api and s.number <= r.concurrency
      and (s.holder is null or s.envelope is null and s.lease_until <= present.t)
      and (s.cool_down_until is null or s.cool_down_until <= present.t)
    order by s.number limit r.wanted for update of s skip locked) free
  cross join lateral @health(slots_of: r.slots_of, api: r.api) health
where not @paused(account: r.account, api: r.api)
