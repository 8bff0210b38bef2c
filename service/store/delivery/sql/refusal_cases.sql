-- What is known about the refused identifiers of each route that is not blocked, nor its account, as RefusalEvidence has it; and about
-- those that were sent twice or more with unknown effect, throttled often, or not taken alone, and wait. And which blocked routes, and routes
-- of blocked accounts, have no batch that could be the probe but those that were called before, or none that is sent by itself.
-- A confirmation holds until the identifier would be sent again by itself. A slot that was not used for an hour tells nothing of today.
-- @account text?             with the operation: one route; null: all
-- @operation operation?
-- @memory milliseconds       how long rejections are remembered
-- @hiccup_memory milliseconds
-- @mostly_taken_memory milliseconds
-- @vouched_for milliseconds  how long an accepted call speaks for those that were refused before
-- @endpoint text             how the reason of a block begins that is about the route's path
-- @lone_tries int            how often refused alone is too often, vouched refusals aside
-- > account text
-- > operation operation
-- > searching bigint         identifiers, as the next nine
-- > confirmed bigint
-- > vouched bigint
-- > vouched_due bigint
-- > unvouched bigint
-- > due bigint
-- > worn_out bigint
-- > stuck bigint
-- > rejected_lately bigint
-- > others_under_way bool
-- > taken_lately bool
-- > mostly_taken bool
-- > hiccup_lately bool
-- > control_due bool
-- > control_taken bool
-- > lone_taken bool
-- > lone_under_way bool
-- > refused_people bigint
-- > only_probes_itself bool
-- > lacks_probe bool
with present as materialized (select lethe_now() as t), health as materialized (
  select a.account, s.api, max(s.accepted_at) as taken_at, max(greatest(s.accepted_at, s.control_accepted_at)) as accepted_at,
         sum(2 * s.taken_identifiers - s.judged_identifiers)
           filter (where greatest(s.accepted_at, s.failed_at) > present.t - @mostly_taken_memory::bigint * interval '1 millisecond') >= 0
           as mostly_taken, max(s.hiccup_at) as hiccup_at,
         max(s.control_at) as control_at, max(s.control_accepted_at) as control_accepted_at,
         max(s.lone_accepted_at) as lone_accepted_at
  from present, account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
  where a.account = coalesce(@account, a.account) group by a.account, s.api
), waiting as materialized (
  select b.account, b.operation, b.hi - b.lo + 1 as size, b.refused_since, b.state = 'ready' as stuck,
         b.reason = 'refused_confirmed' and coalesce(b.not_before > present.t, true) as confirmed,
         coalesce(h.accepted_at > b.refused_since and h.accepted_at > present.t - @vouched_for::bigint * interval '1 millisecond', false)
           as vouched,
         b.not_before <= present.t as due,
         b.lone_refusals - b.vouched_refusals >= @lone_tries as worn_out
  from present, batch b join account_state a using (account)
    left join health h on h.account = b.account and h.api = lethe_api(b.operation)
  where a.blocked_since is null
    and not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation))
    and b.account = coalesce(@account, b.account) and b.operation = coalesce(@operation, b.operation)
    and (b.state = 'held' and b.reason in @refusal_reasons()
         or b.state = 'ready' and b.unknown_since is not null and b.attempt_count > 1
            and coalesce(b.refused_since, b.unknown_since) >= coalesce(h.accepted_at, '-infinity')
         or b.state = 'ready' and b.refused_since is not null and b.refused_since >= coalesce(h.accepted_at, '-infinity')
            and (b.reason = 'throttled' or b.lone_refusals > 0 and b.not_before > present.t))
), route as (
  select account, operation, coalesce(sum(size) filter (where not stuck and confirmed), 0) as confirmed,
         coalesce(sum(size) filter (where not stuck and not confirmed and vouched), 0) as vouched,
         coalesce(sum(size) filter (where not stuck and not confirmed and vouched and due), 0) as vouched_due,
         coalesce(sum(size) filter (where not stuck and not confirmed and not vouched), 0) as unvouched,
         coalesce(sum(size) filter (where not stuck and not confirmed and not vouched and due), 0) as due,
         coalesce(sum(size) filter (where not stuck and not confirmed and not vouched and worn_out), 0) as worn_out,
         coalesce(sum(size) filter (where stuck), 0) as stuck, max(refused_since) filter (where not stuck and confirmed) as confirmed_since
  from waiting group by account, operation
), blocked as materialized (
  select r.account, r.api, r.probe_at, starts_with(r.blocked_reason, @endpoint) as in_doubt,
         array(select o from unnest(array['erasure', 'demerge', 'disassociation']) as o where lethe_api(o) = r.api) as probed_by
  from route_block r join account_state a using (account)
  where r.resume_by = 'batch' and a.blocked_since is null
  union all
  select a.account, lethe_api(o.operation), a.probe_at, true, array['erasure', 'demerge', 'disassociation']
  from account_state a cross join unnest(array['erasure', 'demerge', 'disassociation']) as o(operation)
  where a.resume_by = 'batch'
    and not exists (select from route_block r where r.account = a.account and r.api = lethe_api(o.operation)
                      and not (r.resume_by = 'batch' and starts_with(r.blocked_reason, @endpoint)))
)
select r.account, r.operation,
       (select coalesce(sum(s.hi - s.lo + 1), 0) from batch s
        where s.account = r.account and s.operation = r.operation and s.refused_since is not null and s.state in ('ready', 'sending')
          and not (s.unknown_since is not null and s.attempt_count > case s.state when 'sending' then 2 else 1 end)
          and (s.state = 'sending' or coalesce(s.not_before <= present.t + @vouched_for::bigint * interval '1 millisecond', true)
                                      and s.reason is distinct from 'throttled')) as searching,
       r.confirmed, r.vouched, r.vouched_due, r.unvouched, r.due, r.worn_out, r.stuck,
       (select coalesce(sum(j.hi - j.lo + 1), 0) from batch j
        where j.account = r.account and j.operation = r.operation and j.reason = 'refused_by_vendor'
          and j.finished_at > present.t - @memory::bigint * interval '1 millisecond') as rejected_lately,
       exists (select from batch o where o.account = r.account and o.operation = r.operation and o.state in ('open', 'ready')
                 and o.refused_since is null and o.unknown_since is null
                 and coalesce(o.not_before <= present.t + @vouched_for::bigint * interval '1 millisecond', true))
       or exists (select from slot s left join batch o on o.envelope = s.envelope and o.lo = s.lo
                  where s.account = (select coalesce(a.slots_of, a.account) from account_state a where a.account = r.account)
                    and s.api = lethe_api(r.operation)
                    and case when s.envelope is null then s.holder is not null and s.lease_until > present.t  -- a control call
                             else o.envelope is not null and o.refused_since is null end) as others_under_way,
       coalesce(h.taken_at > present.t - @memory::bigint * interval '1 millisecond', false) as taken_lately,
       coalesce(h.mostly_taken, true) as mostly_taken,
       coalesce(h.hiccup_at > present.t - @hiccup_memory::bigint * interval '1 millisecond', false) as hiccup_lately,
       coalesce(h.control_at <= present.t, true) as control_due,
       coalesce(h.control_accepted_at > r.confirmed_since, false) as control_taken,
       coalesce(h.lone_accepted_at > r.confirmed_since, false) as lone_taken,
       exists (select from batch l where l.account = r.account and l.operation = r.operation and l.refused_since is not null
                 and l.lone_refusals > 0 and (l.state = 'sending' or l.state = 'ready' and coalesce(l.not_before <= present.t, true)))
         as lone_under_way,
       (select count(distinct i.digest) from batch x join request_item i on i.envelope = x.envelope and i.pos between x.lo and x.hi
        where x.account = r.account and x.operation = r.operation
          and (x.state = 'held' and x.reason in @refusal_reasons()
               or x.reason = 'refused_by_vendor' and x.finished_at > present.t - @memory::bigint * interval '1 millisecond'
               or x.state = 'needs_review' and x.reason = 'refused_alone'
                  and x.review_since > present.t - @memory::bigint * interval '1 millisecond')) as refused_people,
       false as only_probes_itself, false as lacks_probe
from present, route r left join health h on h.account = r.account and h.api = lethe_api(r.operation)
union all
select r.account, o.operation, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, false, false, coalesce(h.control_at <= present.t, true), false, false, false, 0,
       w.only_probes_itself, w.lacks_probe
from present, blocked r
  join unnest(array['erasure', 'demerge', 'disassociation']) as o(operation) on lethe_api(o.operation) = r.api
  left join health h on h.account = r.account and h.api = lethe_api(o.operation)
  cross join lateral (
    select (held or refused) and not fresh and (not held or r.in_doubt) as only_probes_itself,
           held and not waits and r.probe_at <= present.t as lacks_probe
    from (
    select exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state = 'held'
                     and b.reason in @refusal_reasons()) as held,
           exists (select from batch b where b.account = r.account and b.operation = any(r.probed_by) and b.state in ('open', 'ready')) as waits,
           exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state = 'ready'
                     and b.refused_since is not null) as refused,
           exists (select from batch b where b.account = r.account and b.operation = any(r.probed_by) and b.state in ('open', 'ready')
                     and b.refused_since is null and b.not_before is null) as fresh) seen) w
where r.account = coalesce(@account, r.account) and o.operation = coalesce(@operation, o.operation)
  and not exists (select from batch b where b.account = r.account and b.operation = any(r.probed_by) and b.state = 'sending')
  and (w.only_probes_itself or w.lacks_probe)
