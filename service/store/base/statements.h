#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

// ---- node numbers
// ---------------------------------------------------------------------------------------------------------------

// ---- intake
// -----------------------------------------------------------------------------------------------------------------------

// Sorted, so that two processes with the same keys wait for each other instead of deadlocking.
inline constexpr Statement kInsertKeys{"insert_keys", R"sql(
insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
select principal, key_hmac, request_id, payload_hmac, (select lethe_time($5))
from unnest($1::text[], $2::bytea[], $3::bigint[], $4::bytea[]) as k(principal, key_hmac, request_id, payload_hmac)
order by principal, key_hmac
on conflict do nothing
returning request_id
)sql"};

inline constexpr Statement kFindKey{"find_key", R"sql(
select request_id, payload_hmac, lethe_micros(create_time) from idempotency_key where principal = $1 and key_hmac = $2
)sql"};

// All that a flush adds, in one round trip, or nothing at all: appends to envelopes that this
// process opened ($1 to $4: how many items, where the envelope ended so far, its capacity), new
// envelopes ($5 to $10), requests ($11 to $23; $16 the time of all), their keys ($24, $25), and
// items ($26 to $31).
// - An envelope that was taken to be sent meanwhile grows no more: then nothing is written.
// - With $33 the statement is a flush of its own. It writes the keys as well, sorted as kInsertKeys
//   does, and nothing if one is known, or if one of the accounts $32 has requests that unlink
//   identities. Without, its transaction has seen to both.
// - What is accepted is counted here, sharded so that replicas rarely wait for each other's count,
//   and sorted so that they never wait in a circle. Nor does who holds a count wait for a key:
//   `counted` needs `requests`, which needs `keys`. PostgreSQL's own order is the reverse.
// Answers what it found, a row for each of the accounts that unlink, or one without.
inline constexpr Statement kWriteRequests{"write_requests", R"sql(
with found as materialized (
  select
    $33::boolean and exists (
      select from unnest($15::text[], $24::bytea[]) as k(principal, key_hmac) join idempotency_key using (principal, key_hmac)) as known_key,
    (select count(*) from (
       select from unnest($1::bigint[], $3::int[]) as a(envelope, hi) join batch b using (envelope)
       where b.lo = 0 and b.state = 'open' and b.hi = a.hi order by envelope for update of b) as kept) < cardinality($1::bigint[]) as taken_envelope,
    array(select account from account_state where account = any($32::text[]) and unlinks_since is not null) as unlinking
), go as materialized (
  select from found where not known_key and not taken_envelope and not ($33 and unlinking <> '{}')
), keys as (
  insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
  select principal, key_hmac, id, payload_hmac, (select lethe_time($16))
  from unnest($11::bigint[], $15::text[], $24::bytea[], $25::bytea[]) as k(id, principal, key_hmac, payload_hmac)
  where $33 and exists (select from go)
  order by principal, key_hmac
  returning request_id
), appended as (
  update batch b set hi = b.hi + a.items, state = case when b.hi + 1 + a.items >= a.capacity then 'ready' else 'open' end
  from unnest($1::bigint[], $2::int[], $4::int[]) as a(envelope, items, capacity)
  where b.envelope = a.envelope and b.lo = 0 and exists (select from go)
), envelopes as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at)
  select envelope, 0, hi, account, operation, kind, state, lethe_now()
  from unnest($5::bigint[], $6::smallint[], $7::text[], $8::text[], $9::text[], $10::text[])
    as b(envelope, hi, account, operation, kind, state)
  where exists (select from go)
), requests as (
  insert into request (id, account, operation, kind, principal, create_time, submit_time, due_time, item_count, duplicate_count,
                       first_envelope, first_pos, envelope_count, may_be_unlinked)
  select id, account, operation, kind, principal, (select lethe_time($16)), lethe_time(submit_time), lethe_time(due_time), item_count,
         duplicate_count, first_envelope, first_pos, envelope_count, false
  from unnest($11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $17::bigint[], $18::bigint[], $19::int[], $20::int[],
              $21::bigint[], $22::smallint[], $23::smallint[])
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
  select i.* from unnest($26::bigint[], $27::bigint[], $28::smallint[], $29::smallint[], $30::bytea[], $31::bytea[]) as i
  where exists (select from go)
)
select exists (select from go) as written, taken_envelope, account from found left join unnest(unlinking) as u(account) on true
)sql"};

// The items of demerges and disassociations, by digest in one index over all months. $1 digests, $2
// requests, $3 envelopes, $4 positions.
inline constexpr Statement kWriteUnlinkingItems{"write_unlinking_items", R"sql(
insert into unlinking_item (digest, request_id, envelope, pos)
select * from unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::smallint[])
)sql"};

// ---- delivery
// ---------------------------------------------------------------------------------------------------------------------

// $1 accounts, $2 operations (pairs), $3 linger in milliseconds, $4 how many milliseconds a batch
// of the pair waits for its capture, at most; null: it needs none. The `offset 0` keeps the search
// from becoming a join that reads all that waits.
inline constexpr Statement kSendableRoutes{"sendable_routes", R"sql(
with present as materialized (select lethe_now() as t)
select r.account, r.operation
from present, unnest($1::text[], $2::text[], $4::bigint[]) as r(account, operation, capture_wait)
  join account_state a using (account)
where (a.blocked_since is null or a.resume_by = 'batch' and a.probe_at <= present.t)
  and exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state in ('open', 'ready')
      and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                       else b.opened_at <= present.t - $3::bigint * interval '1 millisecond' end
      and (r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null
           or greatest(b.not_before, b.opened_at) + ($3::bigint + r.capture_wait) * interval '1 millisecond' <= present.t)
    offset 0)
)sql"};

// For each of the routes $1, $2 (accounts, operations): up to $5 of its oldest batches that are
// sendable. $3, $4 as kSendableRoutes' linger and capture wait, for each route.
inline constexpr Statement kTakeBatches{"take_batches", R"sql(
with present as materialized (select lethe_now() as t), oldest as materialized (
  select r.n, b.envelope, b.lo
  from present,
       unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::int[])
         with ordinality as r(account, operation, linger, capture_wait, wanted, n)
    cross join lateral (
      select b.envelope, b.lo from batch b
      where b.account = r.account and b.operation = r.operation and b.state in ('open', 'ready')
        and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                         else b.opened_at <= present.t - r.linger * interval '1 millisecond' end
        and (r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null
             or greatest(b.not_before, b.opened_at) + (r.linger + r.capture_wait) * interval '1 millisecond' <= present.t)
      order by b.envelope, b.lo limit r.wanted for update of b skip locked) b
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from oldest o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning o.n, b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since),
          lethe_micros(b.refused_since)
)sql"};

// The items of the spans $1, $2, $3 (envelope, first and last position), each with the place of its
// span. $4, $5 lowest and highest envelope of all, so that the other months are left alone.
inline constexpr Statement kReadItems{"read_items", R"sql(
select span.n, i.pos, i.sealed, i.digest
from unnest($1::bigint[], $2::int[], $3::int[]) with ordinality as span(envelope, lo, hi, n)
  cross join lateral (
    select i.pos, i.sealed, i.digest from request_item i
    where i.envelope = span.envelope and i.envelope between $4::bigint and $5::bigint and i.pos between span.lo and span.hi
    offset 0) i
)sql"};

// For the slots $1, $2, $3, each: attempt $8 at the batch $5: $6..$7, for $4 milliseconds; $9 its
// members. $10 the holder.
inline constexpr Statement kBeginAttempts{"begin_attempts", R"sql(
with present as materialized (select lethe_now() as t), begun as materialized (
  select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::smallint[], $7::smallint[], $8::int[], $9::bytea[])
    with ordinality as c(account, api, slot, lease, envelope, lo, hi, number, members, n)
), leased as (
  update slot s set holder = $10, epoch = epoch + 1, lease_until = present.t + c.lease * interval '1 millisecond',
                    cool_down_until = null, envelope = c.envelope, lo = c.lo
  from begun c, present
  where s.account = c.account and s.api = c.api and s.number = c.slot and s.envelope is null
  returning c.n, s.epoch
), written as (
  insert into attempt (envelope, lo, hi, number, holder, started_at, members_hmac)
  select c.envelope, c.lo, c.hi, c.number, $10, present.t, c.members from begun c join leased using (n), present
)
select leased.n, lethe_micros(present.t), leased.epoch from leased, present
)sql"};

// The ends of attempts. $1 to $15, of each: its slot (account, API, number, epoch), cool-down in
// milliseconds, whether the call was a setback (null if there was none), start of a call that was
// accepted; its batch (envelope, lo), attempts that did not count, the attempt's number; HTTP
// status, class (null if there is no answer to write) and code; start of an attempt that shows its
// account to be healthy, null if it does not. $16 to $25: the runs that the batches become, each
// with the place of its attempt in those arrays. In order:
// - freed is the fence: without it somebody else took the slot, and the batch with it.
// - The batch becomes its runs; the first keeps its row.
// - The answer is kept whoever has the slot.
// - Healthy accounts are served again. An attempt that was under way when the block began shows
//   nothing. Accounts are locked in the order of kLockAccounts.
// Answers for each whether its slot was freed, and whether its batch was there.
inline constexpr Statement kEndAttempts{"end_attempts", R"sql(
with present as materialized (select lethe_now() as t), ended as materialized (
  select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[], $8::bigint[], $9::smallint[],
                       $10::int[], $11::int[], $12::smallint[], $13::text[], $14::text[], $15::bigint[])
    with ordinality as e(account, api, slot, epoch, cool_down, setback, accepted_at, envelope, lo, uncounted, number, http_status, outcome,
                         code, healthy_since, n)
), freed as (
  update slot s set holder = null, lease_until = null, envelope = null, lo = null,
                    cool_down_until = case when e.cool_down > 0 then present.t + e.cool_down * interval '1 millisecond' end,
                    setbacks = case e.setback when true then s.setbacks + 1 when false then 0 else s.setbacks end,
                    accepted_at = greatest(s.accepted_at, lethe_time(e.accepted_at))
  from ended e, present
  where s.account = e.account and s.api = e.api and s.number = e.slot and s.epoch = e.epoch and s.holder is not null
  returning e.n
), run as materialized (
  select e.n, e.envelope, e.lo as batch_lo, e.uncounted, r.lo, r.hi, r.state, r.reason, lethe_time(r.not_before) as not_before,
         lethe_time(r.unknown_since) as unknown_since, lethe_time(r.accepted_at) as accepted_at, lethe_time(r.window_end) as window_end,
         lethe_time(r.refused_since) as refused_since, case r.state when 'rejected' then present.t end as finished_at,
         case r.state when 'needs_review' then present.t end as review_since
  from unnest($16::int[], $17::smallint[], $18::smallint[], $19::text[], $20::text[], $21::bigint[], $22::bigint[], $23::bigint[],
              $24::bigint[], $25::bigint[])
      as r(n, lo, hi, state, reason, not_before, unknown_since, accepted_at, window_end, refused_since)
    join freed using (n) join ended e using (n), present
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, not_before, attempt_count, call_count,
                     unknown_since, accepted_at, window_end, refused_since, finished_at, review_since)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.opened_at, r.not_before,
         b.attempt_count - r.uncounted, b.call_count, r.unknown_since, r.accepted_at, r.window_end, r.refused_since, r.finished_at,
         r.review_since
  from run r join batch b on b.envelope = r.envelope and b.lo = r.batch_lo
  where r.lo > r.batch_lo and b.state = 'sending'
), moved as (
  update batch b set hi = r.hi, state = r.state, reason = r.reason, not_before = r.not_before, unknown_since = r.unknown_since,
                     accepted_at = r.accepted_at, window_end = r.window_end, refused_since = r.refused_since,
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
), heard_again as (
  update batch b set state = 'ready' from unblocked u
  where b.account = u.account and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')
)
select e.n, freed.n is not null, moved.n is not null from ended e left join freed using (n) left join moved using (n)
)sql"};

// A batch that was claimed and cannot be read: the attempt counts for nothing.
inline constexpr Statement kSetAside{"set_aside", R"sql(
update batch set state = $3, reason = $4, not_before = lethe_now() + $5::bigint * interval '1 millisecond',
                 attempt_count = attempt_count - 1, review_since = case when $3 = 'needs_review' then lethe_now() end
where envelope = $1 and lo = $2 and state = 'sending'
)sql"};

inline constexpr Statement kTakeAbandonedSlot{"take_abandoned_slot", R"sql(
with gone as materialized (
  select account, api, number from slot where lease_until <= lethe_now() and envelope is not null and api <> 'profile'
  order by lease_until limit 1 for update skip locked
)
update slot s set holder = $1, epoch = epoch + 1, lease_until = lethe_now() + $2::bigint * interval '1 millisecond'
from gone g where s.account = g.account and s.api = g.api and s.number = g.number
returning s.account, s.number, s.epoch, s.envelope, s.lo
)sql"};

inline constexpr Statement kReadAbandonedBatch{"read_abandoned_batch", R"sql(
update attempt a set abandoned_at = coalesce(a.abandoned_at, lethe_now())
from batch b
where b.envelope = $1 and b.lo = $2 and b.state = 'sending' and a.envelope = b.envelope and a.lo = b.lo and a.number = b.call_count
returning b.operation, b.kind, b.hi, b.attempt_count, b.call_count, lethe_micros(b.unknown_since), lethe_micros(a.started_at),
          lethe_micros(b.refused_since)
)sql"};

// $3: accounts whose batches are not done before they were read back.
inline constexpr Statement kCloseWindows{"close_windows", R"sql(
with due as materialized (
  select envelope, lo from batch where state = 'accepted' and window_end <= lethe_time($1) and account <> all($3::text[])
  order by window_end limit $2 for update skip locked
)
update batch b set state = 'done', finished_at = lethe_time($1)
from due d where b.envelope = d.envelope and b.lo = d.lo and b.state = 'accepted'
)sql"};

// ---- reading
// ----------------------------------------------------------------------------------------------------------------------

// Newest first: the account's requests with ids from $2 to $3, at most $4, in a row for each state
// that their items are in. Serves one request as well as a page.
inline constexpr Statement kReadRequests{"read_requests", R"sql(
select r.id, r.account, r.principal, r.operation, r.kind, r.item_count, r.duplicate_count, lethe_micros(r.create_time),
       lethe_micros(r.submit_time), lethe_micros(r.due_time), s.state, s.items, lethe_micros(s.window_end), lethe_micros(s.finished_at),
       r.first_envelope, r.first_pos, r.envelope_count, coalesce(r.may_be_unlinked, true)
from (select * from request where account = $1 and id between $2 and $3 order by id desc limit $4::int) r
  left join lateral request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s on true
order by r.id desc
)sql"};

inline constexpr Statement kFindRequest{"find_request", R"sql(
select first_envelope, first_pos, envelope_count, item_count, operation, kind, coalesce(may_be_unlinked, true)
from request where account = $1 and id = $2
)sql"};

// $1, $2 first and last envelope; $3, $4 first and last position; $5 the last ordinal of the page
// before; $6 how many.
inline constexpr Statement kReadItemStates{"read_item_states", R"sql(
select i.ordinal, b.state, b.reason, b.attempt_count, lethe_micros(b.not_before), lethe_micros(b.accepted_at),
       lethe_micros(b.window_end), lethe_micros(b.finished_at), first.result, lethe_micros(first.looked_at),
       lethe_micros(case when first.result = 'reappeared' then first.looked_at
                         when second.result = 'reappeared' then second.looked_at end)
from (
    select i.envelope, i.pos, i.ordinal from request_item i
    where i.envelope between $1 and $2 and i.pos between $3::int and $4::int and i.ordinal > $5::int
    order by i.ordinal limit $6::int) i
  join batch b on b.envelope = i.envelope and i.pos between b.lo and b.hi
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = b.call_count and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = b.call_count and second.look = 2
order by i.ordinal
)sql"};

// ---- gauges
// -----------------------------------------------------------------------------------------------------------------------

inline constexpr Statement kPresent{"present", "select lethe_micros(lethe_now())"};

inline constexpr Statement kCountItems{"count_items", R"sql(
select account, operation, kind, state, sum(hi - lo + 1)::bigint from batch
where state not in ('done', 'rejected', 'cancelled') group by account, operation, kind, state
union all
select account, operation, kind, state, sum(items)::bigint from finished_tally group by account, operation, kind, state
)sql"};

inline constexpr Statement kCountAccepted{"count_accepted", R"sql(
select account, operation, kind, sum(items)::bigint from accepted_tally group by account, operation, kind
)sql"};

// In whole milliseconds since the oldest envelope was opened.
inline constexpr Statement kOldestWaiting{"oldest_waiting", R"sql(
select account, operation, (extract(epoch from lethe_now() - min(opened_at)) * 1000)::bigint
from batch where state in ('open', 'ready') group by account, operation
)sql"};

inline constexpr Statement kCountSlots{"count_slots", R"sql(
select account, api, count(holder) filter (where envelope is not null or lease_until > lethe_now()) from slot group by account, api
)sql"};

inline constexpr Statement kBlockedAccounts{"blocked_accounts", R"sql(
select account from account_state where blocked_since is not null
)sql"};

inline constexpr std::array kStatements{
    &kInsertKeys,     &kFindKey,        &kWriteRequests,     &kWriteUnlinkingItems,
    &kSendableRoutes, &kTakeBatches,    &kReadItems,         &kBeginAttempts,
    &kEndAttempts,    &kSetAside,       &kTakeAbandonedSlot, &kReadAbandonedBatch,
    &kCloseWindows,   &kReadRequests,   &kFindRequest,       &kReadItemStates,
    &kPresent,        &kCountItems,     &kCountAccepted,     &kOldestWaiting,
    &kCountSlots,     &kBlockedAccounts};

}  // namespace lethe::store
