-- What the version before this one prepares, on the schema of its last migration: 16.
/* account_gate */
select a.blocked_since is not null or r.account is not null as blocked,
       a.blocked_since is not null or coalesce(r.resume_by <> 'batch', false) as control_blocked, coalesce(a.slots_of, a.account) as slots_of
from account_state a left join route_block r on r.account = a.account and r.api = $1
where a.account = $2
;
/* bind_account */
insert into account_state as a (account, project_host, project_id, slots_of, time_zone)
values ($1, $2, $3,
        coalesce((select p.slots_of from account_state p where p.project_host = $2 and p.project_id = $3 limit 1), $1),
        $4)
on conflict (account) do update set project_host = coalesce(a.project_host, excluded.project_host),
                                    project_id = coalesce(a.project_id, excluded.project_id),
                                    slots_of = coalesce(a.slots_of, excluded.slots_of),
                                    time_zone = excluded.time_zone
returning project_host as host, project_id as project, slots_of
;
/* block_account */
update account_state set blocked_since = coalesce(blocked_since, lethe_now()), blocked_reason = $1, resume_by = $2,
                         probe_count = probe_count + 1,
                         probe_at = case $2 when 'operator' then timestamptz 'infinity'
                                    else lethe_now() + least(600, 10 * 2 ^ least(probe_count, 10)) * interval '1 second' end
where account = $3 and (blocked_since is null or blocked_since <= lethe_time($4) and resume_by <> 'operator')
;
/* block_route */
with locked as materialized (select account from account_state where account = $1 for no key update)
insert into route_block as b (account, api, blocked_since, blocked_reason, resume_by, probe_at, probe_count)
select account, $2, lethe_now(), $3, $4,
       case $4 when 'operator' then timestamptz 'infinity' else lethe_now() + least(600, 2 ^ least(0, 10)) * interval '1 second' end, 1
from locked
on conflict (account, api) do update
  set blocked_reason = excluded.blocked_reason, resume_by = excluded.resume_by, probe_count = b.probe_count + 1,
      probe_at = case excluded.resume_by when 'operator' then timestamptz 'infinity' else lethe_now() + least(600, 2 ^ least(b.probe_count, 10)) * interval '1 second' end
  where b.blocked_since <= lethe_time($5) and b.resume_by <> 'operator'
;
/* end_block */
update account_state set blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0, connected_at = lethe_now()
where account = $1 and resume_by = 'connect' and probe_at = lethe_time($2)
returning account
;
/* find_account */
select time_zone from account_state where account = $1
;
/* free_leased_slot */
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                cool_down_until = case when $1::bigint > 0 then lethe_now() + $1::bigint * interval '1 millisecond' end,
                control_accepted_at = coalesce(lethe_time($2), control_accepted_at),
                control_tries = case when $2 is null then control_tries else 0 end
where account = $3 and api = $4 and number = $5 and epoch = $6 and holder is not null
returning number
;
/* free_refused */
update batch b set state = 'ready' where b.account = $1 and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')
  and not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation))
;
/* free_slots */
with present as materialized (select lethe_now() as t)
select r.n as route, free.number, free.setbacks, lethe_micros(health.accepted_at) as accepted_at, health.failing,
       lethe_micros(a.connected_at) as connected_at,
       b.account is not null as blocked, coalesce(b.resume_by = 'batch' and b.probe_at <= present.t, false) as probe_due
from present cross join unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[])
    with ordinality as r(account, slots_of, api, concurrency, wanted, n)
  left join account_state a on a.account = r.account
  left join route_block b on b.account = r.account and b.api = r.api
  cross join lateral (
    select s.number, s.setbacks from slot s
    where s.account = r.slots_of and s.api = r.api and s.number <= r.concurrency
      and (s.holder is null or s.envelope is null and s.lease_until <= present.t)
      and (s.cool_down_until is null or s.cool_down_until <= present.t)
    order by s.number limit r.wanted for update of s skip locked) free
  cross join lateral (
    select last.accepted_at, (select coalesce(sum(s.failures), 0)::int from slot s
                              where s.account = r.slots_of and s.api = r.api and s.failed_at > coalesce(last.accepted_at, '-infinity'))
             as failing
    from (select max(greatest(s.accepted_at, s.control_accepted_at)) as accepted_at from slot s
          where s.account = r.slots_of and s.api = r.api) last) health
;
/* lease_control_slot */
with present as materialized (select lethe_now() as t)
update slot s set holder = $1, epoch = s.epoch + 1, lease_until = present.t + $2::bigint * interval '1 millisecond',
                  cool_down_until = null, control_tries = tries.n + 1,
                  control_at = present.t + least(600, 2 ^ least(tries.n, 10)) * interval '1 second'
from present, (select control_tries as n, control_at from slot where account = $3 and api = $4
               order by control_at desc nulls last limit 1) tries
where s.account = $3 and s.api = $4 and s.number = $5 and s.envelope is null
  and coalesce(tries.control_at <= present.t, true)
returning s.epoch, lethe_micros(present.t) as leased_at
;
/* lease_slot */
update slot set holder = $1, epoch = epoch + 1, lease_until = lethe_now() + $2::bigint * interval '1 millisecond', cool_down_until = null
where account = $3 and api = $4 and number = $5 and envelope is null
returning epoch, lethe_micros(lethe_now()) as leased_at
;
/* left_behind */
select s.account, left_over.unfinished, left_over.in_review
from account_state s
  cross join lateral (
    select sum(b.hi - b.lo + 1) as unfinished, coalesce(sum(b.hi - b.lo + 1) filter (where b.state = 'needs_review'), 0) as in_review
    from batch b where b.account = s.account and b.state not in ('done', 'rejected', 'cancelled') offset 0) left_over
where s.account <> all($1::text[]) and left_over.unfinished > 0
order by s.account
;
/* lock_account */
select blocked_since is not null as blocked, coalesce(resume_by = 'batch' and probe_at <= lethe_now(), false) as batch_probe_due,
       coalesce(slots_of, account) as slots_of
from account_state where account = $1 for no key update
;
/* lock_projects */
select pg_advisory_xact_lock(hashtext('lethe.project'))
;
/* make_slots */
insert into slot (account, api, number)
select $1, api, number from unnest(array['delete', 'demerge', 'disassociate', 'profile']) as api, generate_series(1, $2::int) as number
on conflict do nothing
;
/* probe_by_batch */
update account_state set resume_by = 'batch', probe_at = lethe_now()
where account = $1 and resume_by = 'connect' and probe_at = lethe_time($2)
returning account
;
/* probe_later */
update account_state set probe_count = probe_count + 1,
                         probe_at = lethe_now() + least(600, 10 * 2 ^ least(probe_count, 10)) * interval '1 second'
where account = $1 and resume_by = 'connect' and probe_at = lethe_time($2)
returning account
;
/* probe_soon */
with routes as (
  update route_block set probe_at = lethe_now(), probe_count = 0 where account = $1 and resume_by = 'batch'
)
update account_state set probe_at = lethe_now(), probe_count = 0 where account = $1 and resume_by in ('connect', 'batch')
;
/* read_projects */
select account, project_host as host, project_id as project from account_state
where account = any($1::text[]) and project_host is not null
;
/* reopen_route */
delete from route_block where account = $1 and api = $2 and resume_by = 'batch' and blocked_since <= lethe_time($3)
;
/* take_batch_probe */
update account_state set probe_at = lethe_now() + $1::bigint * interval '1 millisecond'
where account = $2 and resume_by = 'batch' and probe_at <= lethe_now()
returning account
;
/* take_connect_probe */
with due as materialized (
  select account from account_state
  where account = any($1::text[]) and resume_by = 'connect' and probe_at <= lethe_now()
  order by probe_at limit 1 for update skip locked
)
update account_state s set probe_at = lethe_now() + $2::bigint * interval '1 millisecond'
from due d where s.account = d.account
returning s.account, s.blocked_reason as reason, lethe_micros(s.probe_at) as lease_until
;
/* take_route_probe */
update route_block set probe_at = lethe_now() + $1::bigint * interval '1 millisecond'
where account = $2 and api = $3 and resume_by = 'batch' and probe_at <= lethe_now()
returning account
;
/* begin_attempts */
with present as materialized (select lethe_now() as t), begun as materialized (
  select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[],
                       $5::bigint[], $6::smallint[], $7::smallint[], $8::int[],
                       $9::bytea[])
    with ordinality as c(slots_of, api, slot, lease, envelope, lo, hi, number, members, n)
), leased as (
  update slot s set holder = $10, epoch = epoch + 1, lease_until = present.t + c.lease * interval '1 millisecond',
                    cool_down_until = null, envelope = c.envelope, lo = c.lo
  from begun c, present
  where s.account = c.slots_of and s.api = c.api and s.number = c.slot and s.envelope is null
  returning c.n, s.epoch
), written as (
  insert into attempt (envelope, lo, hi, number, holder, started_at, members_hmac)
  select c.envelope, c.lo, c.hi, c.number, $10, present.t, c.members from begun c join leased using (n), present
)
select leased.n as claim, lethe_micros(present.t) as started_at, leased.epoch from leased, present
;
/* bound_batches */
with present as materialized (
  select t, t + $1::bigint * interval '1 millisecond' as rest_end from (select lethe_now() as t) p
)
update batch b set opened_at = least(b.opened_at, present.t),
                   not_before = case when b.not_before > present.rest_end then present.rest_end else b.not_before end,
                   look_at = case when b.look_at > present.rest_end then present.rest_end else b.look_at end
from present
where b.state in ('open', 'ready', 'held')
  and (b.opened_at > present.t or b.not_before > present.rest_end or b.look_at > present.rest_end)
;
/* bound_looks */
with present as materialized (select lethe_now() as t)
update batch b set look_at = present.t + $1::bigint * interval '1 millisecond'
from present
where b.state = 'accepted' and b.look_at > present.t + $1::bigint * interval '1 millisecond'
;
/* bound_probes */
with present as materialized (
  select t, t + $1::bigint * interval '1 millisecond' as rest_end from (select lethe_now() as t) p
)
update account_state
set probe_at = case when resume_by <> 'operator' and probe_at > present.rest_end then present.rest_end else probe_at end,
    connected_at = case when connected_at <= present.t then connected_at end
from present
where resume_by <> 'operator' and probe_at > present.rest_end or connected_at > present.t
;
/* bound_route_probes */
with present as materialized (select lethe_now() as t)
update route_block set probe_at = present.t + $1::bigint * interval '1 millisecond'
from present
where resume_by <> 'operator' and probe_at > present.t + $1::bigint * interval '1 millisecond'
;
/* bound_slots */
with present as materialized (
  select t, t + $1::bigint * interval '1 millisecond' as lease_end, t + $2::bigint * interval '1 millisecond' as rest_end
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
;
/* close_windows */
with due as materialized (
  select envelope, lo from batch where state = 'accepted' and window_end <= least(lethe_time($1), (select lethe_now())) and account <> all($2::text[])
  order by window_end limit $3 for update skip locked
)
update batch b set state = 'done', finished_at = least(lethe_time($1), lethe_now())
from due d where b.envelope = d.envelope and b.lo = d.lo and b.state = 'accepted'
;
/* decide_confirmed */
with confirmed as materialized (
  select envelope, lo, unknown_since is not null as effect_unknown,
         sum(hi - lo + 1) over (order by unknown_since is not null, refused_since, envelope, lo) as upto
  from batch
  where account = $1 and operation = $2 and state = 'held' and reason = 'refused_confirmed'
    and coalesce(not_before > lethe_now(), true)
), decided as materialized (
  select envelope, lo, effect_unknown, not effect_unknown and upto <= $3 as rejected from confirmed where upto <= $4
)
update batch b
set state = case when d.rejected then $5::text else $6::text end,
    reason = case when d.rejected then $7::text when d.effect_unknown then $8::text else $9::text end,
    finished_at = case when d.rejected then lethe_now() end, review_since = case when d.rejected then null else lethe_now() end,
    refused_since = null, lone_refusals = 0, not_before = null
from decided d
where b.envelope = d.envelope and b.lo = d.lo and b.state = 'held'
;
/* end_attempts */
with present as materialized (select lethe_now() as t), ended as materialized (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[],
                       $7::boolean[], $8::boolean[], $9::int[], $10::int[],
                       $11::boolean[], $12::bigint[], $13::bigint[], $14::smallint[],
                       $15::int[], $16::int[], $17::smallint[], $18::text[],
                       $19::text[], $20::bigint[])
    with ordinality as e(account, slots_of, api, slot, epoch, cool_down, setback, taken, judged_identifiers, taken_identifiers, hiccup, accepted_at, envelope,
                         lo, uncounted, number, http_status, outcome, code, healthy_since, n)
), freed as (
  update slot s set holder = null, lease_until = null, envelope = null, lo = null,
                    cool_down_until = case when e.cool_down > 0 then present.t + e.cool_down * interval '1 millisecond' end,
                    setbacks = case e.setback when true then s.setbacks + 1 when false then 0 else s.setbacks end,
                    accepted_at = greatest(s.accepted_at, lethe_time(e.accepted_at)),
                    failures = case when e.taken then 0
                                    when not e.taken and s.failed_envelope is distinct from e.envelope then s.failures + 1
                                    else s.failures end,
                    failed_envelope = case when e.taken then null when not e.taken then e.envelope else s.failed_envelope end,
                    failed_at = case when e.taken then null when not e.taken then present.t else s.failed_at end,
                    judged_identifiers = s.judged_identifiers / (1 + (s.judged_identifiers >= 32 and e.judged_identifiers > 0)::int)
                                         + e.judged_identifiers,
                    taken_identifiers = s.taken_identifiers / (1 + (s.judged_identifiers >= 32 and e.judged_identifiers > 0)::int)
                                        + e.taken_identifiers,
                    hiccup_at = case when e.hiccup then present.t else s.hiccup_at end
  from ended e, present
  where s.account = e.slots_of and s.api = e.api and s.number = e.slot and s.epoch = e.epoch and s.holder is not null
  returning e.n
), run as materialized (
  select e.n, e.envelope, e.lo as batch_lo, e.uncounted, r.lo, r.hi, r.state, r.reason, lethe_time(r.not_before) as not_before,
         lethe_time(r.unknown_since) as unknown_since, lethe_time(r.accepted_at) as accepted_at, lethe_time(r.window_end) as window_end,
         lethe_time(r.refused_since) as refused_since, r.lone_refusals, case r.state when 'rejected' then present.t end as finished_at,
         case r.state when 'needs_review' then present.t end as review_since
  from unnest($21::int[], $22::smallint[], $23::smallint[], $24::text[], $25::text[],
              $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[],
              $30::bigint[], $31::smallint[])
      as r(n, lo, hi, state, reason, not_before, unknown_since, accepted_at, window_end, refused_since, lone_refusals)
    join freed using (n) join ended e using (n), present
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, not_before, attempt_count, call_count,
                     captured_at, unknown_since, accepted_at, window_end, refused_since, lone_refusals, finished_at, review_since)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.opened_at, r.not_before,
         b.attempt_count - r.uncounted, b.call_count, b.captured_at, r.unknown_since, r.accepted_at, r.window_end, r.refused_since,
         r.lone_refusals, r.finished_at,
         r.review_since
  from run r join batch b on b.envelope = r.envelope and b.lo = r.batch_lo
  where r.lo > r.batch_lo and b.state = 'sending'
), moved as (
  update batch b set hi = r.hi, state = r.state, reason = r.reason, not_before = r.not_before, unknown_since = r.unknown_since,
                     accepted_at = r.accepted_at, window_end = r.window_end, refused_since = r.refused_since, lone_refusals = r.lone_refusals,
                     attempt_count = b.attempt_count - r.uncounted, finished_at = r.finished_at, review_since = r.review_since
  from run r
  where b.envelope = r.envelope and b.lo = r.batch_lo and r.lo = r.batch_lo and b.state = 'sending'
  returning r.n
), answered as (
  update attempt a set finished_at = present.t, http_status = e.http_status, outcome_class = e.outcome, vendor_code = e.code
  from ended e, present
  where e.outcome is not null and a.envelope = e.envelope and a.lo = e.lo and a.number = e.number and a.finished_at is null
), healthy as materialized (
  select a.account from account_state a
  where a.blocked_since <= (select max(lethe_time(e.healthy_since)) from ended e join moved using (n) where e.account = a.account)
    and a.account = any($1::text[]) and a.resume_by <> 'operator'
  order by a.account for no key update
), unblocked as (
  update account_state a set blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0
  from healthy h where a.account = h.account
  returning a.account
), passable as materialized (
  select r.account, r.api from route_block r
  where r.blocked_since <= (select max(lethe_time(e.healthy_since)) from ended e join moved using (n)
                            where e.account = r.account and e.api = r.api)
    and r.account = any($1::text[]) and r.resume_by <> 'operator'
  order by r.account, r.api for update
), reopened as (
  delete from route_block r using passable p where r.account = p.account and r.api = p.api
  returning r.account, r.api
), requeued as (
  update batch b set state = 'ready'
  from (select account, null as api from unblocked union all select account, api from reopened) u
  where b.account = u.account and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')
    and case when u.api is not null then u.api = lethe_api(b.operation)
             else not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation)) end
)
select e.n as ended, freed.n is not null as freed, moved.n is not null as moved
from ended e left join freed using (n) left join moved using (n)
;
/* find_blockers */
select mine.pos, earlier.last[2] as envelope, earlier.last[3]::int as lo, earlier.last[4]::int as hi
from request_item mine
  cross join lateral (
    select max(array[other.request_id, b.envelope, b.lo, b.hi]) as last
    from (
        select mine.digest
        union all
        select d.digest from item_digest d where d.envelope = $1::bigint and d.pos = mine.pos) form
      cross join lateral (
        select o.envelope, o.pos, o.request_id from request_item o where o.digest = form.digest and o.envelope >= $2::bigint
        union all
        select o.envelope, o.pos, o.request_id from item_digest o where o.digest = form.digest and o.envelope >= $2::bigint) other
      cross join lateral (
        select b.envelope, b.lo, b.hi, b.call_count > 0 as attempted from batch b
        where b.envelope = other.envelope and other.pos between b.lo and b.hi
          and b.account = $3 and b.operation <> $4 and b.state not in ('done', 'rejected', 'cancelled')
        offset 0) b
    where case when b.attempted = $5::boolean then other.request_id < mine.request_id else b.attempted end) earlier
where earlier.last is not null and mine.envelope = $1::bigint and mine.pos between $6::int and $7::int
;
/* lock_healthy_account */
select from account_state where account = $1 and blocked_since is null for no key update
;
/* lock_served_accounts */
select account, coalesce(slots_of, account) as slots_of from account_state where account = any($1::text[]) and blocked_since is null order by account for no key update
;
/* oldest_of_others */
select r.n as route, min(oldest.envelope) as envelope
from unnest($1::text[], $2::text[]) with ordinality as r(account, operation, n)
  cross join unnest(array['erasure', 'demerge', 'disassociation']) as other(operation)
  cross join lateral (
    select b.envelope from batch b
    where b.account = r.account and b.operation = other.operation and b.state not in ('done', 'rejected', 'cancelled')
    order by b.envelope limit 1) oldest
where other.operation <> r.operation
group by r.n
;
/* probe_with_held */
with longest as materialized (
  select envelope, lo from batch
  where account = $1 and operation = $2 and state = 'held' and reason in ('refused_unconfirmed', 'refused_confirmed')
  order by refused_since, envelope, lo limit 1 for update
)
update batch b set state = 'ready', not_before = null
from longest l where b.envelope = l.envelope and b.lo = l.lo and b.state = 'held'
;
/* read_abandoned_batch */
update attempt a set abandoned_at = coalesce(a.abandoned_at, lethe_now())
from batch b
where b.envelope = $1 and b.lo = $2 and b.state = 'sending' and a.envelope = b.envelope and a.lo = b.lo and a.number = b.call_count
returning b.account, b.operation, b.kind, b.hi, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since,
          lethe_micros(a.started_at) as started_at, lethe_micros(b.refused_since) as refused_since,
          b.lone_refusals, (select count(*) from attempt l where l.envelope = b.envelope and l.lo <= b.lo and l.hi >= b.hi and l.outcome_class is null)
            as senders_lost, b.captured_at is not null as captured
;
/* read_items */
select span.n as span, i.pos, i.sealed, i.digest
from unnest($1::bigint[], $2::int[], $3::int[]) with ordinality as span(envelope, lo, hi, n)
  cross join lateral (
    select i.pos, i.sealed, i.digest from request_item i
    where i.envelope = span.envelope and i.envelope between $4::bigint and $5::bigint and i.pos between span.lo and span.hi
    offset 0) i
;
/* refusal_cases */
with present as materialized (select lethe_now() as t), health as materialized (
  select a.account, s.api, max(s.accepted_at) as taken_at, max(greatest(s.accepted_at, s.control_accepted_at)) as accepted_at,
         sum(2 * s.taken_identifiers - s.judged_identifiers)
           filter (where greatest(s.accepted_at, s.failed_at) > present.t - interval '1 hour') >= 0 as mostly_taken, max(s.hiccup_at) as hiccup_at,
         max(s.control_at) as control_at
  from present, account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
  where a.account = coalesce($1, a.account) group by a.account, s.api
), waiting as materialized (
  select b.account, b.operation, b.hi - b.lo + 1 as size, b.state = 'ready' as stuck,
         b.reason = 'refused_confirmed' and coalesce(b.not_before > present.t, true) as confirmed,
         coalesce(h.accepted_at > b.refused_since and h.accepted_at > present.t - $2::bigint * interval '1 millisecond', false)
           as vouched,
         b.not_before <= present.t as due,
         b.lone_refusals >= $3 as worn_out
  from present, batch b join account_state a using (account)
    left join health h on h.account = b.account and h.api = lethe_api(b.operation)
  where a.blocked_since is null
    and not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation))
    and b.account = coalesce($1, b.account) and b.operation = coalesce($4, b.operation)
    and (b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')
         or b.state = 'ready' and b.unknown_since is not null and b.attempt_count > 1
            and coalesce(b.refused_since, b.unknown_since) >= coalesce(h.accepted_at, '-infinity')
         or b.state = 'ready' and b.reason = 'throttled' and b.refused_since is not null and b.refused_since >= coalesce(h.accepted_at, '-infinity'))
), route as (
  select account, operation, coalesce(sum(size) filter (where not stuck and confirmed), 0) as confirmed,
         coalesce(sum(size) filter (where not stuck and not confirmed and vouched), 0) as vouched,
         coalesce(sum(size) filter (where not stuck and not confirmed and vouched and due), 0) as vouched_due,
         coalesce(sum(size) filter (where not stuck and not confirmed and not vouched), 0) as unvouched,
         coalesce(sum(size) filter (where not stuck and not confirmed and not vouched and due), 0) as due,
         coalesce(sum(size) filter (where not stuck and not confirmed and not vouched and worn_out), 0) as worn_out,
         coalesce(sum(size) filter (where stuck), 0) as stuck
  from waiting group by account, operation
)
select r.account, r.operation,
       (select coalesce(sum(s.hi - s.lo + 1), 0) from batch s
        where s.account = r.account and s.operation = r.operation and s.refused_since is not null and s.state in ('ready', 'sending')
          and s.reason is distinct from 'throttled'
          and not (s.state = 'ready' and s.unknown_since is not null and s.attempt_count > 1)) as searching,
       r.confirmed, r.vouched, r.vouched_due, r.unvouched, r.due, r.worn_out, r.stuck,
       (select coalesce(sum(j.hi - j.lo + 1), 0) from batch j
        where j.account = r.account and j.operation = r.operation and j.reason = 'refused_by_vendor'
          and j.finished_at > present.t - $5::bigint * interval '1 millisecond') as rejected_lately,
       (select coalesce(sum(v.hi - v.lo + 1), 0) from batch v
        where v.account = r.account and v.operation = r.operation and v.state = 'needs_review' and v.reason = 'refused_alone'
          and v.review_since > present.t - $5::bigint * interval '1 millisecond') as in_review,
       exists (select from batch o where o.account = r.account and o.operation = r.operation and o.state in ('open', 'ready')
                 and o.refused_since is null and o.unknown_since is null)
       or exists (select from slot s join batch o on o.envelope = s.envelope and o.lo = s.lo
                  where s.account = (select coalesce(a.slots_of, a.account) from account_state a where a.account = r.account)
                    and s.api = lethe_api(r.operation) and o.refused_since is null) as others_under_way,
       coalesce(h.taken_at > present.t - $5::bigint * interval '1 millisecond', false) as taken_lately,
       coalesce(h.mostly_taken, true) as mostly_taken,
       coalesce(h.hiccup_at > present.t - $6::bigint * interval '1 millisecond', false) as hiccup_lately,
       coalesce(h.control_at <= present.t, true) as control_due,
       false as only_probes_itself, false as lacks_probe
from present, route r left join health h on h.account = r.account and h.api = lethe_api(r.operation)
union all
select r.account, o.operation, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, false, false, coalesce(h.control_at <= present.t, true),
       not w.held, w.held
from present, route_block r join account_state a using (account)
  join unnest(array['erasure', 'demerge', 'disassociation']) as o(operation) on lethe_api(o.operation) = r.api
  left join health h on h.account = r.account and h.api = r.api
  cross join lateral (
    select exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state = 'held'
                     and b.reason in ('refused_unconfirmed', 'refused_confirmed')) as held,
           exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state in ('open', 'ready')) as waits,
           exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state = 'ready'
                     and b.refused_since is not null) as refused,
           exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state in ('open', 'ready')
                     and b.refused_since is null and b.not_before is null) as fresh) w
where r.resume_by = 'batch' and a.blocked_since is null
  and r.account = coalesce($1, r.account) and o.operation = coalesce($4, o.operation)
  and not exists (select from batch b where b.account = r.account and b.operation = o.operation and b.state = 'sending')
  and case when w.held then not w.waits and r.probe_at <= present.t else w.refused and not w.fresh end
;
/* release_held */
with free as materialized (
  select held.envelope, held.lo from batch held
  where held.state = 'held' and held.reason = 'earlier_operation'
    and not exists (
      select from batch b
      where b.envelope = held.blocked_by_envelope and b.lo = held.blocked_by_lo and b.hi >= held.blocked_by_hi
        and b.state not in ('done', 'rejected', 'cancelled'))
  limit $1 for update of held skip locked
)
update batch b set state = 'ready', reason = null, blocked_by_envelope = null, blocked_by_lo = null, blocked_by_hi = null
from free f
where b.envelope = f.envelope and b.lo = f.lo and b.state = 'held' and b.reason = 'earlier_operation'
;
/* review_unlooked */
with left_over as materialized (
  select envelope, lo from batch where state = 'held' and reason = 'look_before_repeat' and account <> all($1::text[])
  limit $2 for update skip locked
)
update batch b set state = 'needs_review', reason = 'unknown_outcome', review_since = lethe_now(), look_at = null, look_tries = 0
from left_over l
where b.envelope = l.envelope and b.lo = l.lo and b.state = 'held' and b.reason = 'look_before_repeat'
;
/* review_worn_out */
update batch set state = $1, reason = case when unknown_since is null then $2::text else $3::text end,
                 refused_since = null, lone_refusals = 0, not_before = null, review_since = lethe_now()
where account = $4 and operation = $5 and state = 'held' and lone_refusals >= $6
  and (reason = 'refused_unconfirmed' or reason = 'refused_confirmed' and not_before <= lethe_now())
;
/* send_refused_again */
update batch set state = 'ready', not_before = null
where account = $1 and operation = $2 and state = 'held' and reason in ('refused_unconfirmed', 'refused_confirmed')
  and not_before <= lethe_now()
;
/* sendable_routes */
with present as materialized (select lethe_now() as t)
select r.account, r.operation
from present, unnest($1::text[], $2::text[], $3::bigint[])
    as r(account, operation, capture_wait)
  join account_state a using (account)
  left join route_block rb on rb.account = r.account and rb.api = lethe_api(r.operation)
where (a.blocked_since is null or a.resume_by = 'batch' and a.probe_at <= present.t)
  and (rb.account is null or rb.resume_by = 'batch' and rb.probe_at <= present.t)
  and exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - $4::bigint * interval '1 millisecond' or b.opened_at > present.t end
      and (r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null
 or greatest(b.not_before, b.opened_at) + ($4::bigint + r.capture_wait) * interval '1 millisecond' <= present.t)
    offset 0)
;
/* set_aside */
update batch set state = $1, reason = $2, not_before = lethe_now() + $3::bigint * interval '1 millisecond',
                 attempt_count = attempt_count - 1, review_since = case when $1 = 'needs_review' then lethe_now() end
where envelope = $4 and lo = $5 and state = 'sending'
;
/* split_by_precedence */
with run as materialized (
  select r.*, case r.state when 'sending' then 0 else 1 end as uncounted,
         case r.state when 'held' then 'earlier_operation' end as reason
  from unnest($1::smallint[], $2::smallint[], $3::text[], $4::bigint[],
              $5::smallint[], $6::smallint[])
    as r(lo, hi, state, blocked_by_envelope, blocked_by_lo, blocked_by_hi)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count,
                     captured_at, unknown_since, refused_since, lone_refusals, blocked_by_envelope, blocked_by_lo, blocked_by_hi)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.opened_at, b.attempt_count - r.uncounted,
         b.call_count - r.uncounted, b.captured_at, b.unknown_since, b.refused_since, b.lone_refusals, r.blocked_by_envelope, r.blocked_by_lo,
         r.blocked_by_hi
  from batch b join run r on r.lo > b.lo
  where b.envelope = $7 and b.lo = $8 and b.state = 'sending'
), waiting as materialized (
  select distinct i.request_id from run r join request_item i on i.envelope = $7 and i.pos between r.lo and r.hi
  where r.state = 'held'
), noted as (
  update request set may_be_unlinked = true
  where id = any (array(select request_id from waiting))
    and id between (select min(request_id) from waiting) and (select max(request_id) from waiting)
    and operation = 'erasure' and not may_be_unlinked
)
update batch b set hi = r.hi, state = r.state, reason = r.reason, attempt_count = b.attempt_count - r.uncounted,
                   call_count = b.call_count - r.uncounted, blocked_by_envelope = r.blocked_by_envelope,
                   blocked_by_lo = r.blocked_by_lo, blocked_by_hi = r.blocked_by_hi
from run r
where b.envelope = $7 and b.lo = $8 and b.state = 'sending' and r.lo = b.lo
returning b.lo
;
/* take_abandoned_slot */
with gone as materialized (
  select account, api, number from slot where lease_until <= lethe_now() and envelope is not null and api <> 'profile'
    and (lease_until <= lethe_now() - interval '10 minutes'
         or (select b.account from batch b where b.envelope = slot.envelope and b.lo = slot.lo) = any($1::text[]))
  order by lease_until limit 1 for update skip locked
)
update slot s set holder = $2, epoch = epoch + 1, lease_until = lethe_now() + $3::bigint * interval '1 millisecond'
from gone g where s.account = g.account and s.api = g.api and s.number = g.number
returning s.account as slots_of, s.number as slot, s.epoch, s.envelope, s.lo
;
/* take_batches */
with present as materialized (select lethe_now() as t), oldest as materialized (
  select r.n, b.envelope, b.lo, b.reason
  from present,
       unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[],
              $5::int[])
         with ordinality as r(account, operation, linger, capture_wait, wanted, n)
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = r.account and b.operation = r.operation and b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - r.linger * interval '1 millisecond' or b.opened_at > present.t end
        and (r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null
 or greatest(b.not_before, b.opened_at) + (r.linger + r.capture_wait) * interval '1 millisecond' <= present.t)
      order by b.envelope, b.lo limit r.wanted for update of b skip locked) b
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from oldest o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning o.n as route, b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since,
          lethe_micros(b.refused_since) as refused_since, b.lone_refusals, lethe_micros(b.opened_at) as waiting_since,
          b.captured_at is not null as captured, coalesce(o.reason = 'unchanged', false) as unchanged
;
/* take_probe_batch */
with present as materialized (select lethe_now() as t), fresh as materialized (
  select b.envelope, b.lo, b.reason from present, (select $1::bigint as capture_wait) r
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = $2 and b.operation = $3 and b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - $4::bigint * interval '1 millisecond' or b.opened_at > present.t end
        and (r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null
 or greatest(b.not_before, b.opened_at) + ($4::bigint + r.capture_wait) * interval '1 millisecond' <= present.t)
        and b.refused_since is null and b.not_before is null
      order by b.envelope, b.lo limit 1 for update of b skip locked) b
), called as materialized (
  select b.envelope, b.lo, b.reason from present, (select $1::bigint as capture_wait) r
    cross join lateral (
      select b.envelope, b.lo, b.reason from batch b
      where b.account = $2 and b.operation = $3 and b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - $4::bigint * interval '1 millisecond' or b.opened_at > present.t end
        and (r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null
 or greatest(b.not_before, b.opened_at) + ($4::bigint + r.capture_wait) * interval '1 millisecond' <= present.t)
        and (b.refused_since is not null or b.not_before is not null) and not exists (select from fresh)
      order by b.refused_since is not null, b.not_before nulls first, b.envelope, b.lo limit 1 for update of b skip locked) b
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from (select * from fresh union all select * from called) o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since) as unknown_since,
          lethe_micros(b.refused_since) as refused_since, b.lone_refusals,
          lethe_micros(b.opened_at) as waiting_since, b.captured_at is not null as captured, coalesce(o.reason = 'unchanged', false) as unchanged
;
/* acquire_node */
with free as materialized (
  select number, reserved_until_ms from node
  where (lease_until < lethe_now() or lease_until > lethe_now() + interval '2 minutes') and reserved_until_ms <= $1
  order by number limit 1 for update
), chosen as (
  select number, greatest(reserved_until_ms, $2) as floor_ms from free
  union all
  select coalesce((select max(number) + 1 from node), 0), $2 where not exists (select from free)
)
insert into node (number, holder, lease_until, reserved_until_ms)
select number, $3, lethe_now() + interval '1 minute', floor_ms + $4 from chosen where number <= 1023
on conflict (number) do update set
  holder = excluded.holder, lease_until = excluded.lease_until, reserved_until_ms = excluded.reserved_until_ms
returning number, reserved_until_ms - $4 as floor_ms, reserved_until_ms
;
/* lock_nodes */
select pg_advisory_xact_lock(hashtext('lethe.node'))
;
/* node_time */
select lethe_micros(lethe_now()) as present
;
/* renew_node */
update node set lease_until = lethe_now() + interval '1 minute', reserved_until_ms = greatest(reserved_until_ms, $1) + $2
where number = $3 and holder = $4 and reserved_until_ms <= $5
returning reserved_until_ms
;
/* delete_keys */
delete from idempotency_key i
using unnest($1::text[], $2::bytea[]) as k(principal, key_hmac)
where i.principal = k.principal and i.key_hmac = k.key_hmac
;
/* find_keys */
select k.request, i.request_id as original, i.payload_hmac, lethe_micros(i.create_time) as create_time,
       r.account, r.operation, r.kind, lethe_micros(r.submit_time) as submit_time, lethe_micros(r.due_time) as due_time
from unnest($1::int[], $2::text[], $3::bytea[]) as k(request, principal, key_hmac)
  join idempotency_key i using (principal, key_hmac)
  left join lateral (
    select r.account, r.operation, r.kind, r.submit_time, r.due_time from request r where r.id = i.request_id offset 0) r on true
;
/* insert_keys */
insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
select principal, key_hmac, request_id, payload_hmac, (select lethe_time($1))
from unnest($2::int[], $3::text[], $4::bytea[], $5::bigint[],
            $6::bytea[]) as k(request, principal, key_hmac, request_id, payload_hmac)
where request <> all (array(
  select o.request from unnest($7::int[], $8::text[], $9::bytea[]) as o(request, principal, key_hmac)
    join idempotency_key using (principal, key_hmac)))
order by principal, key_hmac, request
on conflict do nothing
returning principal, key_hmac, request_id
;
/* write_requests */
with found as materialized (
  select
    $1::boolean and exists (
      select from (
          select * from unnest($2::text[], $3::bytea[])
          union all select * from unnest($4::text[], $5::bytea[])) as k(principal, key_hmac)
        join idempotency_key using (principal, key_hmac)) as known_key,
    (select count(*) from (
       select from unnest($6::bigint[], $7::int[]) as a(envelope, hi) join batch b using (envelope)
       where b.lo = 0 and b.state = 'open' and b.hi = a.hi order by envelope for update of b) as kept)
      < cardinality($6::bigint[]) as taken_envelope,
    array(select account from account_state where account = any($8::text[]) and unlinks_since is not null) as unlinking
), go as materialized (
  select from found where not known_key and not taken_envelope and not ($1 and unlinking <> '{}')
), keys as (

  insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
  select principal, key_hmac, request_id, payload_hmac, (select lethe_time($9))
  from unnest($10::bigint[], $2::text[], $3::bytea[], $11::bytea[])
    as k(request_id, principal, key_hmac, payload_hmac)
  where $1 and exists (select from go)
  order by principal, key_hmac
  returning request_id
), appended as (
  update batch b set hi = b.hi + a.items, state = case when b.hi + 1 + a.items >= a.capacity then 'ready' else 'open' end
  from unnest($6::bigint[], $12::int[], $13::int[]) as a(envelope, items, capacity)
  where b.envelope = a.envelope and b.lo = 0 and exists (select from go)
), envelopes as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at)
  select envelope, 0, hi, account, operation, kind, state, lethe_now()
  from unnest($14::bigint[], $15::smallint[], $16::text[], $17::text[],
              $18::text[], $19::text[])
    as b(envelope, hi, account, operation, kind, state)
  where exists (select from go)
), requests as (
  insert into request (id, account, operation, kind, principal, create_time, submit_time, due_time, item_count, duplicate_count,
                       first_envelope, first_pos, envelope_count, may_be_unlinked)
  select id, account, operation, kind, principal, (select lethe_time($9)), lethe_time(submit_time), lethe_time(due_time), item_count,
         duplicate_count, first_envelope, first_pos, envelope_count, false
  from unnest($20::bigint[], $21::text[], $22::text[], $23::text[],
              $24::text[], $25::bigint[], $26::bigint[], $27::int[],
              $28::int[], $29::bigint[], $30::smallint[],
              $31::smallint[])
    as r(id, account, operation, kind, principal, submit_time, due_time, item_count, duplicate_count, first_envelope, first_pos,
         envelope_count)


  where exists (select from go) and (select count(*) from keys) >= 0
  returning account, operation, kind, create_time, item_count
), counted as (

  insert into accepted_tally as t
  select account, operation, kind, (create_time at time zone 'UTC')::date, pg_backend_pid() % 8, sum(item_count)
  from requests group by 1, 2, 3, 4 order by 1, 2, 3, 4
  on conflict (account, operation, kind, day, shard) do update set items = t.items + excluded.items
), items as (
  insert into request_item (envelope, request_id, pos, ordinal, sealed, digest)
  select i.* from unnest($32::bigint[], $33::bigint[], $34::smallint[], $35::smallint[],
                         $36::bytea[], $37::bytea[]) as i
  where exists (select from go)
), digests as (
  insert into item_digest (envelope, pos, digest, request_id)
  select d.* from unnest($38::bigint[], $39::smallint[], $40::bytea[], $41::bigint[])
    as d
  where exists (select from go)
)
select exists (select from go) as written, taken_envelope, account as unlinking_account
from found left join unnest(unlinking) as u(account) on true
;
/* write_unlinking_items */
insert into unlinking_item (digest, request_id, envelope, pos)
select * from unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::smallint[])
;
/* find_mac_key */
with page as materialized (
  select id, first_envelope, first_pos from request where id > $1 order by id limit $2::int
)
select exists (
         select from page r
           cross join lateral (
             select from request_item i
             where i.envelope = r.first_envelope and i.pos = r.first_pos and lethe_key_number(i.digest) = $3
               and not exists (
                 select from item_digest d
                 where d.envelope = i.envelope and d.pos = i.pos and lethe_key_number(d.digest) = any($4::bigint[]))
             limit 1) i) as found,
       (select count(*)::int from page) as requests, (select max(id) from page) as last
;
/* find_seal_key */
with page as materialized (
  select envelope, lo, hi, state, second_look_at from batch where envelope >= $1 order by envelope, lo limit $2::int
)
select exists (
         select from page b
           cross join lateral (
             select from request_item i
             where i.envelope = b.envelope and i.pos between b.lo and b.hi and lethe_key_number(i.sealed) = $3
             limit 1) i
         where b.state not in ('done', 'rejected', 'cancelled') or b.second_look_at is not null)
       or exists (select from prior_profile where lethe_key_number(object_id) = $3) as found,
       (select count(*)::int from page) as batches, (select max(envelope) from page) as last
;
/* known_keys */
select kind, number, fingerprint, retired_at is not null as retired from key_generation
;
/* lock_keys */
select pg_advisory_xact_lock(hashtext('lethe.keys'))
;
/* note_keys */
insert into key_generation as known (kind, number, fingerprint, seen_at)
select kind, number, fingerprint, lethe_now() from unnest($1::text[], $2::bigint[], $3::bytea[])
  as k(kind, number, fingerprint)
on conflict (kind, number) do update set fingerprint = excluded.fingerprint, retired_at = null
where known.fingerprint is null or known.retired_at is not null
;
/* retire_key */
update key_generation set retired_at = lethe_now() where kind = $1 and number = $2
;
/* blocked_accounts */
select account from account_state where blocked_since is not null
;
/* blocked_routes */
select account, api from route_block
;
/* count_accepted */
select account, operation, kind, sum(items)::bigint as items from accepted_tally group by account, operation, kind
;
/* count_items */
select account, operation, kind, state, sum(hi - lo + 1)::bigint as items from batch
where state not in ('done', 'rejected', 'cancelled') group by account, operation, kind, state
union all
select account, operation, kind, state, sum(items)::bigint from finished_tally group by account, operation, kind, state
;
/* count_slots */
select account, api, count(holder) filter (where envelope is not null or lease_until > lethe_now()) as in_use from slot group by account, api
;
/* count_verified */
select r.id, v.look, v.result, count(*)::int as items
from unnest($1::bigint[], $2::bigint[], $3::bigint[],
            $4::smallint[], $5::smallint[])
    as r(id, first_envelope, last_envelope, first_pos, last_pos)
  cross join lateral (
    select b.envelope, greatest(b.lo, r.first_pos) as lo, least(b.hi, r.last_pos) as hi, b.call_count from batch b
    where b.envelope between r.first_envelope and r.last_envelope and b.state = 'done'
    offset 0) b
  cross join lateral (
    select v.look, v.result from read_back v
    where v.envelope = b.envelope and v.pos between b.lo and b.hi and v.call_number = b.call_count
    offset 0) v
group by r.id, v.look, v.result
;
/* find_request */
select first_envelope, first_pos, envelope_count, item_count, operation, kind, coalesce(may_be_unlinked, true) as may_be_unlinked
from request where account = $1 and id = $2
;
/* oldest_waiting */
select account, operation, greatest(0, extract(epoch from lethe_now() - min(opened_at)) * 1000)::bigint as oldest_age
from batch where state in ('open', 'ready') group by account, operation
;
/* present */
select lethe_micros(lethe_now()) as present
;
/* read_item_states */
select i.ordinal, b.state, b.reason, b.attempt_count, lethe_micros(b.not_before) as not_before, lethe_micros(b.accepted_at) as accepted_at,
       lethe_micros(b.window_end) as window_end, lethe_micros(b.finished_at) as finished_at, first.result as read_back,
       lethe_micros(first.looked_at) as read_back_at,
       lethe_micros(case when first.result = 'reappeared' then first.looked_at
                         when second.result = 'reappeared' then second.looked_at end) as reappeared_at
from (
    select i.envelope, i.pos, i.ordinal from request_item i
    where i.envelope between $1 and $2 and i.pos between $3::int and $4::int
      and i.ordinal > $5::int
    order by i.ordinal limit $6::int) i
  join batch b on b.envelope = i.envelope and i.pos between b.lo and b.hi
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = b.call_count and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = b.call_count and second.look = 2
order by i.ordinal
;
/* read_requests */
select r.id, r.account, r.principal, r.operation, r.kind, r.item_count, r.duplicate_count, lethe_micros(r.create_time) as create_time,
       lethe_micros(r.submit_time) as submit_time, lethe_micros(r.due_time) as due_time, s.state, s.items,
       lethe_micros(s.window_end) as window_end, lethe_micros(s.finished_at) as finished_at,
       r.first_envelope, r.first_pos, r.envelope_count, coalesce(r.may_be_unlinked, true) as may_be_unlinked
from (select * from request where account = $1 and id between $2 and $3 order by id desc limit $4::int) r
  left join lateral request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s on true
order by r.id desc
;
/* count_requests */
select count(distinct i.request_id) as requests
from unnest($1::bigint[], $2::int[], $3::int[]) as span(envelope, lo, hi)
  cross join lateral (
    select i.request_id from request_item i
    where i.envelope = span.envelope and i.envelope between $4::bigint and $5::bigint and i.pos between span.lo and span.hi
    offset 0) i
;
/* find_reviews */
select b.envelope, b.lo, b.hi, b.operation, b.kind, b.state, b.reason, b.call_count, lethe_micros(b.unknown_since) as unknown_since,
       lethe_micros(b.review_since) as review_since,
       coalesce($1::bigint, lethe_micros(lethe_now())) as until
from batch b
where b.account = $2 and b.state = 'needs_review' and ($3::text is null or b.reason = $3::text)
and ($4::text is null or b.operation = $4::text)
and case when b.review_since is null then lethe_time($5) is null else b.review_since >= coalesce(lethe_time($5), b.review_since) end
and (b.review_since is null or b.review_since < coalesce(lethe_time($1), lethe_now()))
order by b.envelope, b.lo limit $6::int
;
/* list_audit_events */
select id, lethe_micros(at) as at, principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification
from audit_event where account = $1 and id < $2 order by id desc limit $3::int
;
/* list_reviews */
select envelope, lo, hi, operation, kind, state, reason, call_count, lethe_micros(unknown_since) as unknown_since,
       lethe_micros(review_since) as review_since, (select a.vendor_code from attempt a where a.envelope = b.envelope and a.lo <= b.lo and a.hi >= b.hi and a.vendor_code ~ '^[0-9]+$'
 order by a.number desc limit 1) as vendor_code
from batch b
where account = $1 and state = 'needs_review' and (envelope, lo) > ($2::bigint, $3::smallint)
order by envelope, lo limit $4::int
;
/* lock_review */
select from batch where envelope = $1 and lo = $2 for update
;
/* lock_reviews */
select b.envelope, b.lo, b.hi, b.operation, b.kind, b.state, b.reason, b.call_count, lethe_micros(b.unknown_since) as unknown_since,
       lethe_micros(b.review_since) as review_since,
       coalesce($1::bigint, lethe_micros(lethe_now())) as until
from batch b
where b.account = $2 and b.state = 'needs_review' and ($3::text is null or b.reason = $3::text)
and ($4::text is null or b.operation = $4::text)
and case when b.review_since is null then lethe_time($5) is null else b.review_since >= coalesce(lethe_time($5), b.review_since) end
and (b.review_since is null or b.review_since < coalesce(lethe_time($1), lethe_now()))
order by b.envelope, b.lo limit $6::int for update of b
;
/* positions_of_items */
select pos from request_item
where envelope = $1 and pos between $2::int and $3::int and request_id = $4::bigint and ordinal = any($5::int[])
order by pos
;
/* read_accounts */
select w.account, lethe_micros(s.blocked_since) as blocked_since, s.blocked_reason, s.resume_by,
       case when s.resume_by <> 'operator' then lethe_micros(s.probe_at) end as probe_at,
       (select coalesce(sum(b.hi - b.lo + 1), 0) from batch b
        where b.account = w.account and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')) as held_refusals
from unnest($1::text[]) with ordinality as w(account, n) left join account_state s on s.account = w.account
order by w.n
;
/* read_review */
select envelope, lo, hi, operation, kind, state, reason, call_count, lethe_micros(unknown_since) as unknown_since,
       lethe_micros(review_since) as review_since, (select a.vendor_code from attempt a where a.envelope = b.envelope and a.lo <= b.lo and a.hi >= b.hi and a.vendor_code ~ '^[0-9]+$'
 order by a.number desc limit 1) as vendor_code
from batch b where envelope = $1 and lo = $2 and account = $3
;
/* read_route_blocks */
select r.account, r.api, lethe_micros(r.blocked_since) as blocked_since, r.blocked_reason, r.resume_by,
       case when r.resume_by <> 'operator' then lethe_micros(r.probe_at) end as probe_at,
       (select coalesce(sum(b.hi - b.lo + 1), 0) from batch b
        where b.account = r.account and lethe_api(b.operation) = r.api and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')) as held_refusals
from route_block r where r.account = any($1::text[])
order by r.account, r.api
;
/* resolve_held_refusals */
with held as materialized (
  select envelope, lo, hi, reason from batch
  where account = $1 and lethe_api(operation) = any($2::text[]) and state = 'held' and reason in ('refused_unconfirmed', 'refused_confirmed')
    and (unknown_since is not null) = $3
  order by envelope, lo for update
), moved as (
  update batch b set state = $4, reason = $5, not_before = null, refused_since = null, lone_refusals = 0,
                     opened_at = case when $4 = 'ready' then lethe_now() else opened_at end,
                     finished_at = case when $4 = 'rejected' then lethe_now() end,
                     review_since = case when $4 = 'needs_review' then lethe_now() end
  from held h where b.envelope = h.envelope and b.lo = h.lo and b.state = 'held'
)
insert into audit_event (at, principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification)
select lethe_now(), $6, $7, $1, envelope, lo, hi, 'held', reason, $4, $8 from held order by envelope, lo
;
/* resolve_review */
with run as materialized (
  select r.lo, r.hi, r.state, r.reason, lethe_time(r.accepted_at) as accepted_at, lethe_time(r.window_end) as window_end,
         case when r.state = 'cancelled' then lethe_now() end as finished_at, case when r.state = 'ready' then lethe_now() end as opened_at,
         r.state = 'needs_review' as stays
  from unnest($1::smallint[], $2::smallint[], $3::text[], $4::text[], $5::bigint[],
              $6::bigint[]) as r(lo, hi, state, reason, accepted_at, window_end)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count, captured_at,
                     unknown_since, refused_since, lone_refusals, review_since, accepted_at, window_end, finished_at)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, case when r.stays then b.reason else r.reason end,
         coalesce(r.opened_at, b.opened_at), b.attempt_count, b.call_count, b.captured_at, case when r.stays then b.unknown_since end,
         case when r.stays then b.refused_since end, case when r.stays then b.lone_refusals else 0 end,
         case when r.stays then b.review_since end, r.accepted_at, r.window_end, r.finished_at
  from run r join batch b on r.lo > b.lo
  where b.envelope = $7 and b.lo = $8 and b.state = 'needs_review'
)
update batch b set hi = r.hi, state = r.state, reason = case when r.stays then b.reason else r.reason end, not_before = null,
                   opened_at = coalesce(r.opened_at, b.opened_at), unknown_since = case when r.stays then b.unknown_since end,
                   refused_since = case when r.stays then b.refused_since end,
                   lone_refusals = case when r.stays then b.lone_refusals else 0 end,
                   review_since = case when r.stays then b.review_since end, accepted_at = r.accepted_at, window_end = r.window_end,
                   finished_at = r.finished_at
from run r
where b.envelope = $7 and b.lo = $8 and b.state = 'needs_review' and r.lo = b.lo
returning b.lo
;
/* resume_account */
with routes as (delete from route_block where account = $1)
update account_state set blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0
where account = $1 and blocked_since is not null
;
/* reviewed_attempts */
select number as call_number, lethe_micros(started_at) as started_at, lethe_micros(finished_at) as finished_at,
       outcome_class as outcome, http_status, vendor_code as code, abandoned_at is not null as abandoned
from attempt where envelope = $1 and lo <= $2::int and hi >= $3::int order by number
;
/* reviewed_requests */
select distinct request_id from request_item where envelope = $1 and pos between $2::int and $3::int order by request_id
;
/* write_audit_event */
insert into audit_event (at, principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification)
values (lethe_now(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id, lethe_micros(at) as at, principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification
;
/* find_unlinked */
select q.id, i.ordinal
from (
    select q.*
    from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[],
                $5::smallint[], $6::smallint[])
        as q(id, account, first_envelope, last_envelope, first_pos, last_pos)
      join account_state a using (account)
    where a.unlinks_since is not null
    offset 0) q
  cross join lateral generate_series(q.first_envelope, q.last_envelope) as own(envelope)
  cross join lateral (
    select i.ordinal, i.pos, i.digest from request_item i
    where i.envelope = own.envelope and i.envelope between $7::bigint and $8::bigint
      and i.pos between q.first_pos and q.last_pos and i.ordinal between $9::int and $10::int
    offset 0) i
  cross join lateral (
    select from (
        select i.digest
        union all
        select d.digest from item_digest d
        where d.envelope = own.envelope and d.envelope between $7::bigint and $8::bigint and d.pos = i.pos) form
      join unlinking_item u using (digest)
      cross join lateral (
        select from batch b
        where b.envelope = u.envelope and u.pos between b.lo and b.hi and b.account = q.account
          and b.state not in ('rejected', 'cancelled')
        offset 0) b
    where u.request_id < q.id
    limit 1) earlier
;
/* note_unlinked */
update request set may_be_unlinked = true where id = any($1::bigint[]) and id between $2::bigint and $3::bigint
;
/* note_unlinking */
insert into account_state (account, unlinks_since)
select n.account, lethe_now() from unnest($1::text[]) as n(account)
where not exists (select from account_state a where a.account = n.account and a.unlinks_since is not null)
order by n.account
on conflict (account) do update set unlinks_since = coalesce(account_state.unlinks_since, excluded.unlinks_since)
;
/* due_looks */
with present as materialized (select lethe_now() as t)
select r.account, r.operation
from present, unnest($1::text[], $2::text[]) as r(account, operation) join account_state a using (account)
where a.blocked_since is null and (
  (r.operation = 'erasure' and exists (
    select from batch b
    where b.account = r.account and b.captured_at is null and b.operation = 'erasure' and b.kind = 'identity'
      and b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - $3::bigint * interval '1 millisecond' or b.opened_at > present.t end
      and coalesce(b.look_at <= present.t, true) offset 0))
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'accepted' and b.window_end <= present.t
      and coalesce(b.look_at <= present.t, true) offset 0)
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'held' and b.reason = 'look_before_repeat'
      and coalesce(b.look_at <= present.t, true) offset 0)
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'done'
      and b.second_look_at is not null and b.second_look_at <= present.t
      and coalesce(b.look_at <= present.t, true) offset 0))
;
/* end_before_repeat */
with present as materialized (select lethe_now() as t), run as materialized (
  select r.lo, r.hi, r.state, r.reason, lethe_time(r.unknown_since) as unknown_since,
         case r.state when 'needs_review' then present.t end as review_since,
         case r.state when 'held' then present.t + $1::bigint * interval '1 millisecond' end as look_at
  from present, unnest($2::smallint[], $3::smallint[], $4::text[], $5::text[], $6::bigint[])
    as r(lo, hi, state, reason, unknown_since)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count, captured_at,
                     unknown_since, review_since, look_at, look_tries)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.opened_at, b.attempt_count, b.call_count, b.captured_at,
         r.unknown_since, r.review_since, r.look_at,
         case when r.state = 'held' and $7::bool then b.look_tries + 1 else 0 end
  from run r join batch b on b.envelope = $8 and b.lo = $9
  where r.lo > $9 and b.state = 'held' and b.reason = 'look_before_repeat'
)
update batch b set hi = r.hi, state = r.state, reason = r.reason, unknown_since = r.unknown_since, review_since = r.review_since,
                   look_at = r.look_at, look_tries = case when r.state = 'held' and $7::bool then b.look_tries + 1 else 0 end
from run r
where b.envelope = $8 and b.lo = $9 and r.lo = $9 and b.state = 'held' and b.reason = 'look_before_repeat'
returning b.lo
;
/* end_capture */
update batch set captured_at = lethe_now(), look_at = null, look_tries = 0
where envelope = $1 and lo = $2 and hi = $3 and state = 'ready' and captured_at is null
returning lo
;
/* end_second_look */
update batch set second_look_at = null, look_at = null, look_tries = 0
where envelope = $1 and lo = $2 and state = 'done' and second_look_at is not null
returning lo
;
/* find_look_slot */
select s.number, s.epoch, s.account as slots_of from account_state a join slot s on s.account = coalesce(a.slots_of, a.account)
where a.account = $1 and s.api = 'profile' and s.number <= $2::int and a.blocked_since is null
  and (s.holder is null or s.lease_until <= lethe_now()) and (s.cool_down_until is null or s.cool_down_until <= lethe_now())
order by s.number limit 1 for update of s skip locked
;
/* forget_captures */
delete from prior_profile p using (
  select c.envelope, c.pos, c.device
  from prior_profile c join batch b on b.envelope = c.envelope and c.pos between b.lo and b.hi
  where b.state in ('done', 'rejected', 'cancelled') limit $1::int
) gone
where p.envelope = gone.envelope and p.pos = gone.pos and p.device = gone.device
;
/* free_look_slot */
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                setbacks = case when $1::bool then setbacks + 1 else 0 end,
                cool_down_until = case when $2::bigint > 0 then lethe_now() + $2::bigint * interval '1 millisecond' end
where account = $3 and api = 'profile' and number = $4 and epoch = $5 and holder is not null
returning number
;
/* insert_captures */
insert into prior_profile (envelope, pos, device, found, object_id, first_seen, captured_at)
select $1, pos, device, found, object_id, lethe_time(first_seen), lethe_now()
from unnest($2::smallint[], $3::smallint[], $4::bool[], $5::bytea[], $6::bigint[])
  as p(pos, device, found, object_id, first_seen)
on conflict do nothing
;
/* insert_read_backs */
insert into read_back (envelope, pos, call_number, look, result, looked_at)
select $1, pos, $2, $3, result, lethe_now() from unnest($4::smallint[], $5::text[]) as r(pos, result)
on conflict do nothing
;
/* lease_look_slot */
update slot set holder = $1, epoch = epoch + 1, lease_until = lethe_now() + $2::bigint * interval '1 millisecond',
                cool_down_until = null, envelope = $3, lo = $4
where account = $5 and api = 'profile' and number = $6
returning epoch, setbacks
;
/* look_again */
update batch set look_at = lethe_now() + $1::bigint * interval '1 millisecond',
                 look_tries = case when $2::bool then look_tries + 1 else 0 end
where envelope = $3 and lo = $4 and state = $5
returning lo
;
/* move_read_back */
update batch set hi = $1, state = $2, reason = coalesce($3, case when $2 = 'done' then reason end),
                 look_at = null, look_tries = 0,
                 accepted_at = case when $2 = 'done' then accepted_at end,
                 window_end = case when $2 = 'done' then window_end end,
                 finished_at = case when $2 = 'done' then lethe_now() end,
                 second_look_at = lethe_now() + $4::bigint * interval '1 millisecond',
                 review_since = case when $2 = 'needs_review' then lethe_now() end
where envelope = $5 and lo = $6 and state = 'accepted'
returning lo
;
/* read_captures */
select pos, found, object_id, lethe_micros(first_seen) as first_seen from prior_profile
where envelope = $1 and pos between $2::int and $3::int
  and captured_at <= coalesce(lethe_time($4), timestamptz 'infinity') order by pos, device
;
/* read_look_items */
select i.pos, i.sealed, i.digest, first.result as read_back, second.result as second_look,
       exists (select from read_back e where e.envelope = i.envelope and e.pos = i.pos and e.call_number < $1::int
                                         and e.look = 1 and e.result = 'still_present') as resent,
       exists (select from prior_profile p where p.envelope = i.envelope and p.pos = i.pos) as captured
from request_item i
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = $1::int and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = $1::int and second.look = 2
where i.envelope = $2 and i.pos between $3::int and $4::int
order by i.pos
;
/* split_read_back */
insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count,
                   captured_at, accepted_at, window_end, finished_at, second_look_at, review_since)
select envelope, $1, $2, account, operation, kind, $3, coalesce($4, case when $3 = 'done' then reason end), opened_at,
       attempt_count, call_count, captured_at,
       case when $3 = 'done' then accepted_at end, case when $3 = 'done' then window_end end,
       case when $3 = 'done' then lethe_now() end, lethe_now() + $5::bigint * interval '1 millisecond',
       case when $3 = 'needs_review' then lethe_now() end
from batch where envelope = $6 and lo = $7 and state = 'accepted'
returning lo
;
/* take_before_repeat */
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = $1 and b.operation = $2 and b.state = 'held' and b.reason = 'look_before_repeat'
    and coalesce(b.look_at <= (select t from present), true)
  order by b.envelope, b.lo limit 1 for update of b skip locked
)
update batch b set look_at = present.t + $3::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'held'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count as call_number, null::bigint as accepted_at, lethe_micros(b.unknown_since) as due_since,
          b.look_tries as tries
;
/* take_capture */
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo, coalesce(b.not_before, b.opened_at) as due_since from batch b, present
  where b.account = $1 and b.captured_at is null and b.operation = 'erasure' and b.kind = 'identity'
    and b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - $2::bigint * interval '1 millisecond' or b.opened_at > present.t end
    and coalesce(b.look_at <= present.t, true)
  order by b.envelope, b.lo limit 1 for update of b skip locked
)
update batch b set state = 'ready', look_at = present.t + $3::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning b.envelope, b.lo, b.hi, b.kind, 0 as call_number, null::bigint as accepted_at, lethe_micros(o.due_since) as due_since,
          b.look_tries as tries
;
/* take_read_back */
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = $1 and b.operation = $2 and b.state = 'accepted' and b.window_end <= (select t from present)
    and coalesce(b.look_at <= (select t from present), true)
  order by b.window_end limit 1 for update of b skip locked
)
update batch b set look_at = present.t + $3::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'accepted'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count as call_number, lethe_micros(b.accepted_at) as accepted_at,
          lethe_micros(b.window_end) as due_since, b.look_tries as tries
;
/* take_second_look */
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = $1 and b.operation = $2 and b.state = 'done'
    and b.second_look_at is not null and b.second_look_at <= (select t from present)
    and coalesce(b.look_at <= (select t from present), true)
  order by b.second_look_at limit 1 for update of b skip locked
)
update batch b set look_at = present.t + $3::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'done'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count as call_number, lethe_micros(b.accepted_at) as accepted_at,
          lethe_micros(b.second_look_at) as due_since, b.look_tries as tries
;
