#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

// Those of the accounts $1 that are not blocked; sorted, so that two claims of several accounts
// wait for each other instead of deadlocking.
inline constexpr Statement kLockServedAccounts{"lock_served_accounts", R"sql(
select account from account_state where account = any($1::text[]) and blocked_since is null order by account for no key update
)sql"};

// Which of the routes $1, $2 (accounts, operations) have unfinished batches of the account's other
// operations, and where those begin.
inline constexpr Statement kOldestOfOthers{"oldest_of_others", R"sql(
select r.n, min(oldest.envelope)
from unnest($1::text[], $2::text[]) with ordinality as r(account, operation, n)
  cross join unnest(array['erasure', 'demerge', 'disassociation']) as other(operation)
  cross join lateral (
    select b.envelope from batch b
    where b.account = r.account and b.operation = other.operation and b.state not in ('done', 'rejected', 'cancelled')
    order by b.envelope limit 1) oldest
where other.operation <> r.operation
group by r.n
)sql"};

// For each position of $3: $4..$5 that must wait, the last of the batches that go first
// (GoesFirst()). $1, $2 account and operation; $6 whether the batch was attempted before; $7 from
// kOldestOfOthers. The `offset 0` keeps batches from being read before the items that name them.
inline constexpr Statement kFindEarlier{"find_earlier", R"sql(
select mine.pos, earlier.envelope, earlier.lo, earlier.hi
from request_item mine
  cross join lateral (
    select b.envelope, b.lo, b.hi
    from request_item other
      cross join lateral (
        select b.envelope, b.lo, b.hi, b.call_count > 0 as attempted from batch b
        where b.envelope = other.envelope and other.pos between b.lo and b.hi
          and b.account = $1 and b.operation <> $2 and b.state not in ('done', 'rejected', 'cancelled')
        offset 0) b
    where other.digest = mine.digest and other.envelope >= $7::bigint
      and case when b.attempted = $6::boolean then other.request_id < mine.request_id else b.attempted end
    order by other.request_id desc limit 1) earlier
where mine.envelope = $3::bigint and mine.pos between $4::int and $5::int
)sql"};

// Cuts the batch $1:$2 that was just taken into the runs $3.. ; those that are not sent give back
// what the claim counted. An erasure that has to wait may have been written before the operation
// that it waits for was visible: what was not found then is noted now.
inline constexpr Statement kSplitByOrder{"split_by_order", R"sql(
with run as materialized (
  select r.*, case r.state when 'sending' then 0 else 1 end as uncounted,
         case r.state when 'held' then 'earlier_operation' end as reason
  from unnest($3::smallint[], $4::smallint[], $5::text[], $6::bigint[], $7::smallint[], $8::smallint[])
    as r(lo, hi, state, blocked_by_envelope, blocked_by_lo, blocked_by_hi)
), later as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count,
                     unknown_since, refused_since, blocked_by_envelope, blocked_by_lo, blocked_by_hi)
  select b.envelope, r.lo, r.hi, b.account, b.operation, b.kind, r.state, r.reason, b.opened_at, b.attempt_count - r.uncounted,
         b.call_count - r.uncounted, b.unknown_since, b.refused_since, r.blocked_by_envelope, r.blocked_by_lo, r.blocked_by_hi
  from batch b join run r on r.lo > b.lo
  where b.envelope = $1 and b.lo = $2 and b.state = 'sending'
), waiting as materialized (
  select distinct i.request_id from run r join request_item i on i.envelope = $1 and i.pos between r.lo and r.hi
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
where b.envelope = $1 and b.lo = $2 and b.state = 'sending' and r.lo = b.lo
returning b.lo
)sql"};

// A batch that has split since, or is final, is no longer there as it was.
inline constexpr Statement kReleaseHeld{"release_held", R"sql(
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
)sql"};

// $1 accounts. Writes once in the life of an account, sorted as kInsertKeys is; later it only
// reads.
inline constexpr Statement kNoteUnlinking{"note_unlinking", R"sql(
insert into account_state (account, unlinks_since)
select n.account, lethe_now() from unnest($1::text[]) as n(account)
where not exists (select from account_state a where a.account = n.account and a.unlinks_since is not null)
order by n.account
on conflict (account) do update set unlinks_since = coalesce(account_state.unlinks_since, excluded.unlinks_since)
)sql"};

// Of the erasures by identity $1 of the accounts $2, those items with ordinals from $7 to $8 that
// are ItemView::unlinked. $3..$6 where their items are, as ItemRange; $9, $10 lowest and highest
// envelope of all, so that the other months are left alone. Ends at account_state where an account
// never unlinks. Every `offset 0` keeps a step from being joined in another order: the planner
// cannot tell how few rows each gives.
inline constexpr Statement kFindUnlinked{"find_unlinked", R"sql(
select q.id, i.ordinal
from (
    select q.*
    from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::smallint[], $6::smallint[])
        as q(id, account, first_envelope, last_envelope, first_pos, last_pos)
      join account_state a using (account)
    where a.unlinks_since is not null
    offset 0) q
  cross join lateral generate_series(q.first_envelope, q.last_envelope) as own(envelope)
  cross join lateral (
    select i.ordinal, i.digest from request_item i
    where i.envelope = own.envelope and i.envelope between $9::bigint and $10::bigint
      and i.pos between q.first_pos and q.last_pos and i.ordinal between $7::int and $8::int
    offset 0) i
  cross join lateral (
    select from unlinking_item u
      cross join lateral (
        select from batch b
        where b.envelope = u.envelope and u.pos between b.lo and b.hi and b.account = q.account
          and b.state not in ('rejected', 'cancelled')
        offset 0) b
    where u.digest = i.digest and u.request_id < q.id
    limit 1) earlier
)sql"};

// $1 requests; $2, $3 the lowest and the highest of them.
inline constexpr Statement kNoteUnlinked{"note_unlinked", R"sql(
update request set may_be_unlinked = true where id = any($1::bigint[]) and id between $2::bigint and $3::bigint
)sql"};

inline constexpr std::array kOrderStatements{
    &kLockServedAccounts, &kOldestOfOthers, &kFindEarlier,  &kSplitByOrder,
    &kReleaseHeld,        &kNoteUnlinking,  &kFindUnlinked, &kNoteUnlinked};

}  // namespace lethe::store
