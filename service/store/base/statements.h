#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

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
    &kInsertKeys,    &kFindKey,        &kWriteRequests,  &kWriteUnlinkingItems, &kReadRequests,
    &kFindRequest,   &kReadItemStates, &kPresent,        &kCountItems,          &kCountAccepted,
    &kOldestWaiting, &kCountSlots,     &kBlockedAccounts};

}  // namespace lethe::store
