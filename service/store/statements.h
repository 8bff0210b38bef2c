#pragma once

#include <array>

#include "store/statement.h"

namespace lethe::store {

// ---- node numbers
// ---------------------------------------------------------------------------------------------------------------

inline constexpr Statement kLockNodes{"lock_nodes", R"sql(
select pg_advisory_xact_lock(hashtext('lethe.node'))
)sql"};

// $1 holder, $2 now in id milliseconds, $3 how far to reserve. Answers the number, where its ids
// start, where they must end.
inline constexpr Statement kAcquireNode{"acquire_node", R"sql(
with free as materialized (
  select number, reserved_until_ms from node
  where lease_until < lethe_now() order by number limit 1 for update
), chosen as (
  select number, greatest(reserved_until_ms, $2) as floor_ms from free
  union all
  select coalesce((select max(number) + 1 from node), 0), $2 where not exists (select from free)
)
insert into node (number, holder, lease_until, reserved_until_ms)
select number, $1, lethe_now() + interval '1 minute', floor_ms + $3 from chosen where number <= 1023
on conflict (number) do update set
  holder = excluded.holder, lease_until = excluded.lease_until, reserved_until_ms = excluded.reserved_until_ms
returning number, reserved_until_ms - $3, reserved_until_ms
)sql"};

inline constexpr Statement kRenewNode{"renew_node", R"sql(
update node set lease_until = lethe_now() + interval '1 minute', reserved_until_ms = greatest(reserved_until_ms, $3) + $4
where number = $1 and holder = $2
returning reserved_until_ms
)sql"};

// ---- intake
// -----------------------------------------------------------------------------------------------------------------------

// Sorted, so that two processes with the same keys wait for each other instead of deadlocking.
inline constexpr Statement kInsertKeys{"insert_keys", R"sql(
insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
select principal, key_hmac, request_id, payload_hmac, (select lethe_time($5))
from unnest($1::text[], $2::bytea[], $3::bigint[], $4::bytea[]) as k(principal, key_hmac, request_id, payload_hmac)
order by principal, key_hmac
on conflict do nothing
returning request_id, txid_current()
)sql"};

inline constexpr Statement kFindKey{"find_key", R"sql(
select request_id, payload_hmac, lethe_micros(create_time) from idempotency_key where principal = $1 and key_hmac = $2
)sql"};

inline constexpr Statement kTransactionStatus{"transaction_status",
                                              "select txid_status($1::bigint)"};

// $2: how many items; $3: where the envelope ended so far; $4: its capacity. Only the process that
// opened an envelope appends to it; no row means that it was taken to be sent.
inline constexpr Statement kAppendToEnvelope{"append_to_envelope", R"sql(
update batch set hi = hi + $2::int, state = case when hi + 1 + $2::int >= $4::int then 'ready' else 'open' end
where envelope = $1 and lo = 0 and state = 'open' and hi = $3::int
returning envelope
)sql"};

// All that a flush adds, in one round trip: envelopes ($1 to $6), requests ($7 to $19), items ($20
// to $25). Answers which of the accounts $26 have requests that unlink identities.
inline constexpr Statement kWriteRequests{"write_requests", R"sql(
with envelopes as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at)
  select envelope, 0, hi, account, operation, kind, state, lethe_now()
  from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[])
    as b(envelope, hi, account, operation, kind, state)
), requests as (
  insert into request (id, account, operation, kind, principal, create_time, submit_time, due_time, item_count, duplicate_count,
                       first_envelope, first_pos, envelope_count)
  select id, account, operation, kind, principal, (select lethe_time($12)), lethe_time(submit_time), lethe_time(due_time), item_count,
         duplicate_count, first_envelope, first_pos, envelope_count
  from unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $13::bigint[], $14::bigint[], $15::int[], $16::int[],
              $17::bigint[], $18::smallint[], $19::smallint[])
    as r(id, account, operation, kind, principal, submit_time, due_time, item_count, duplicate_count, first_envelope, first_pos,
         envelope_count)
), items as (
  insert into request_item (envelope, request_id, pos, ordinal, sealed, digest)
  select * from unnest($20::bigint[], $21::bigint[], $22::smallint[], $23::smallint[], $24::bytea[], $25::bytea[])
)
select account from account_state where account = any($26::text[]) and unlinks_since is not null
)sql"};

// ---- delivery
// ---------------------------------------------------------------------------------------------------------------------

inline constexpr Statement kRegisterAccount{"register_account", R"sql(
with state as (insert into account_state (account) values ($1) on conflict do nothing)
insert into slot (account, api, number)
select $1, api, number from unnest(array['delete', 'demerge', 'disassociate', 'profile']) as api, generate_series(1, $2::int) as number
on conflict do nothing
)sql"};

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

// Answers the slot, its setbacks, and when the account and API last accepted anything. A lease
// without a batch that ran out is over, and its slot free.
inline constexpr Statement kFreeSlot{"free_slot", R"sql(
select number, setbacks, (select lethe_micros(max(accepted_at)) from slot where account = $1 and api = $2) from slot
where account = $1 and api = $2 and number <= $3::int and (holder is null or envelope is null and lease_until <= lethe_now())
  and (cool_down_until is null or cool_down_until <= lethe_now())
order by number limit 1 for update skip locked
)sql"};

// Of the slots of API $5 up to $6 as kFreeSlot, and the oldest batch that is sendable; no row if
// either is missing. $4 as one of kSendableRoutes.
inline constexpr Statement kTakeBatch{"take_batch", R"sql(
with present as materialized (select lethe_now() as t), free as materialized (
  select s.number, s.setbacks from slot s, present
  where s.account = $1 and s.api = $5 and s.number <= $6::int and (s.holder is null or s.envelope is null and s.lease_until <= present.t)
    and (s.cool_down_until is null or s.cool_down_until <= present.t)
  order by s.number limit 1 for update of s skip locked
), oldest as materialized (
  select b.envelope, b.lo from batch b, present
  where exists (select from free) and b.account = $1 and b.operation = $2 and b.state in ('open', 'ready')
    and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                     else b.opened_at <= present.t - $3::bigint * interval '1 millisecond' end
    and ($4::bigint is null or b.kind <> 'identity' or b.captured_at is not null
         or greatest(b.not_before, b.opened_at) + ($3::bigint + $4::bigint) * interval '1 millisecond' <= present.t)
  order by b.envelope, b.lo limit 1 for update of b skip locked
)
update batch b set state = 'sending', reason = null, not_before = null, attempt_count = attempt_count + 1, call_count = call_count + 1
from oldest o
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning b.envelope, b.lo, b.hi, b.kind, b.attempt_count, b.call_count, lethe_micros(b.unknown_since),
          lethe_micros(b.refused_since), (select number from free), (select setbacks from free),
          (select lethe_micros(max(accepted_at)) from slot where account = $1 and api = $5)
)sql"};

inline constexpr Statement kReadItems{"read_items", R"sql(
select sealed, digest from request_item where envelope = $1 and pos between $2::int and $3::int order by pos
)sql"};

// For a call that carries no batch. $5 milliseconds.
inline constexpr Statement kLeaseSlot{"lease_slot", R"sql(
update slot set holder = $4, epoch = epoch + 1, lease_until = lethe_now() + $5::bigint * interval '1 millisecond', cool_down_until = null
where account = $1 and api = $2 and number = $3 and envelope is null
returning epoch
)sql"};

// For attempt $9 at the batch $6: $7..$8. $5 milliseconds.
inline constexpr Statement kBeginAttempt{"begin_attempt", R"sql(
with leased as (
  update slot set holder = $4, epoch = epoch + 1, lease_until = lethe_now() + $5::bigint * interval '1 millisecond',
                  cool_down_until = null, envelope = $6, lo = $7
  where account = $1 and api = $2 and number = $3 and envelope is null
  returning epoch
)
insert into attempt (envelope, lo, hi, number, holder, started_at, members_hmac)
select $6, $7, $8, $9, $4, lethe_now(), $10 from leased
returning lethe_micros(started_at), (select epoch from leased)
)sql"};

// No row means that somebody else took the slot. $5 cool-down in milliseconds.
inline constexpr Statement kFreeLeasedSlot{"free_leased_slot", R"sql(
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                cool_down_until = case when $5::bigint > 0 then lethe_now() + $5::bigint * interval '1 millisecond' end
where account = $1 and api = $2 and number = $3 and epoch = $4 and holder is not null
returning number
)sql"};

// The end of attempt $20 at batch $8:$9, which the slot $1, $2, $3 was leased for. In order:
// - freed is the fence: without it somebody else took the slot, and the batch with it. $5 cool-down
// in
//   milliseconds; $6 whether the call was a setback, null if there was none; $7 start of a call
//   that was accepted.
// - The batch becomes the runs $10.. ; the first keeps its row. $19 attempts that did not count.
// - The answer is kept whoever has the slot. $22 its class, null if there is none to write.
// - The account is healthy: $24 start of the attempt that was accepted, null if none was. One that
// was
//   under way when the block began shows nothing.
// Answers whether it was freed, whether the batch was there, whether a block ended.
inline constexpr Statement kEndAttempt{"end_attempt", R"sql(
with freed as (
  update slot set holder = null, lease_until = null, envelope = null, lo = null,
                  cool_down_until = case when $5::bigint > 0 then lethe_now() + $5::bigint * interval '1 millisecond' end,
                  setbacks = case $6::boolean when true then setbacks + 1 when false then 0 else setbacks end,
                  accepted_at = greatest(accepted_at, lethe_time($7))
  where account = $1 and api = $2 and number = $3 and epoch = $4 and holder is not null
  returning number
), run as materialized (
  select * from unnest($10::smallint[], $11::smallint[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[],
                       $17::bigint[], $18::bigint[])
    as r(lo, hi, state, reason, not_before, unknown_since, accepted_at, window_end, refused_since)
  where exists (select from freed)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, not_before, attempt_count, call_count,
                     unknown_since, accepted_at, window_end, refused_since, finished_at, review_since)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.opened_at, lethe_time(r.not_before),
         b.attempt_count - $19::int, b.call_count, lethe_time(r.unknown_since), lethe_time(r.accepted_at), lethe_time(r.window_end),
         lethe_time(r.refused_since), case when r.state = 'rejected' then lethe_now() end,
         case when r.state = 'needs_review' then lethe_now() end
  from run r join batch b on r.lo > b.lo
  where b.envelope = $8 and b.lo = $9 and b.state = 'sending'
), moved as (
  update batch b set hi = r.hi, state = r.state, reason = r.reason, not_before = lethe_time(r.not_before),
                     unknown_since = lethe_time(r.unknown_since), accepted_at = lethe_time(r.accepted_at),
                     window_end = lethe_time(r.window_end), refused_since = lethe_time(r.refused_since),
                     attempt_count = b.attempt_count - $19::int, finished_at = case when r.state = 'rejected' then lethe_now() end,
                     review_since = case when r.state = 'needs_review' then lethe_now() end
  from run r
  where b.envelope = $8 and b.lo = $9 and b.state = 'sending' and r.lo = b.lo
  returning b.lo
), answered as (
  update attempt set finished_at = lethe_now(), http_status = $21, outcome_class = $22, vendor_code = $23
  where $22::text is not null and envelope = $8 and lo = $9 and number = $20 and finished_at is null
), unblocked as (
  update account_state set blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0
  where account = $1 and blocked_since <= lethe_time($24) and resume_by <> 'operator' and exists (select from moved)
  returning account
), heard_again as (
  update batch b set state = 'ready' from unblocked u
  where b.account = u.account and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed')
)
select exists (select from freed), exists (select from moved)
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
       r.first_envelope, r.first_pos, r.envelope_count
from (select * from request where account = $1 and id between $2 and $3 order by id desc limit $4::int) r
  left join lateral request_states(r.first_envelope, r.first_pos, r.item_count, r.envelope_count) s on true
order by r.id desc
)sql"};

inline constexpr Statement kFindRequest{"find_request", R"sql(
select first_envelope, first_pos, envelope_count, item_count, operation, kind from request where account = $1 and id = $2
)sql"};

// $1, $2 first and last envelope; $3, $4 first and last position; $5 the last ordinal of the page
// before; $6 how many.
inline constexpr Statement kReadItemStates{"read_item_states", R"sql(
select i.ordinal, b.state, b.reason, b.attempt_count, lethe_micros(b.not_before), lethe_micros(b.accepted_at),
       lethe_micros(b.window_end), lethe_micros(b.finished_at), first.result, lethe_micros(first.looked_at),
       lethe_micros(case when first.result = 'reappeared' then first.looked_at
                         when second.result = 'reappeared' then second.looked_at end)
from request_item i join batch b on b.envelope = i.envelope and i.pos between b.lo and b.hi
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = b.call_count and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = b.call_count and second.look = 2
where i.envelope between $1 and $2 and i.pos between $3::int and $4::int and i.ordinal > $5::int
order by i.ordinal limit $6::int
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

inline constexpr std::array kStatements{
    &kLockNodes,       &kAcquireNode,       &kRenewNode,         &kInsertKeys,
    &kFindKey,         &kTransactionStatus, &kAppendToEnvelope,  &kWriteRequests,
    &kRegisterAccount, &kSendableRoutes,    &kFreeSlot,          &kTakeBatch,
    &kReadItems,       &kLeaseSlot,         &kBeginAttempt,      &kFreeLeasedSlot,
    &kEndAttempt,      &kSetAside,          &kTakeAbandonedSlot, &kReadAbandonedBatch,
    &kCloseWindows,    &kReadRequests,      &kFindRequest,       &kReadItemStates,
    &kPresent,         &kCountItems,        &kCountAccepted,     &kOldestWaiting,
    &kCountSlots};

}  // namespace lethe::store
