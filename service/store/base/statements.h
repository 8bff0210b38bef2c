#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

// ---- node numbers
// ---------------------------------------------------------------------------------------------------------------

// ---- intake
// -----------------------------------------------------------------------------------------------------------------------

// ---- delivery
// ---------------------------------------------------------------------------------------------------------------------

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
    &kReadRequests,   &kFindRequest,       &kReadItemStates,
    &kPresent,        &kCountItems,     &kCountAccepted,     &kOldestWaiting,
    &kCountSlots,     &kBlockedAccounts};

}  // namespace lethe::store
