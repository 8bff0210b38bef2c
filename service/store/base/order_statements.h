#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

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

inline constexpr std::array kOrderStatements{&kNoteUnlinking, &kFindUnlinked, &kNoteUnlinked};

}  // namespace lethe::store
