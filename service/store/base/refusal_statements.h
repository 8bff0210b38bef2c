#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

// What is known about refusals, as RefusalEvidence has it. $1 the account, $2 the operation; null
// for all. `vouched_before` is when the route's latest accepted call began.
inline constexpr Statement kRefusalCases{"refusal_cases", R"sql(
with held as materialized (
  select b.account, b.operation, b.reason, b.refused_since, b.hi - b.lo + 1 as size,
         (select max(s.accepted_at) from slot s where s.account = b.account and s.api = lethe_api(b.operation)) as vouched_before
  from batch b join account_state a using (account)
  where b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed') and a.blocked_since is null
    and b.account = coalesce($1, b.account) and b.operation = coalesce($2, b.operation)
)
select h.account, h.operation,
       (select coalesce(sum(s.hi - s.lo + 1), 0) from batch s
        where s.account = h.account and s.operation = h.operation and s.refused_since is not null and s.state in ('ready', 'sending')),
       coalesce(sum(h.size) filter (where h.reason = 'refused_confirmed'), 0),
       coalesce(sum(h.size) filter (where h.reason = 'refused_unconfirmed' and h.vouched_before > h.refused_since), 0),
       coalesce(sum(h.size) filter (where h.reason = 'refused_unconfirmed' and not coalesce(h.vouched_before > h.refused_since, false)), 0),
       (select coalesce(sum(r.hi - r.lo + 1), 0) from batch r
        where r.account = h.account and r.operation = h.operation and r.reason = 'refused_by_vendor'
          and r.finished_at > lethe_now() - $3::bigint * interval '1 millisecond'),
       exists (select from batch o where o.account = h.account and o.operation = h.operation and o.state in ('open', 'ready')
                 and o.refused_since is null)
       or exists (select from slot s join batch o on o.envelope = s.envelope and o.lo = s.lo
                  where s.account = h.account and s.api = lethe_api(h.operation) and o.refused_since is null),
       lethe_micros(min(h.vouched_before))
from held h group by h.account, h.operation
)sql"};

inline constexpr Statement kLockHealthyAccount{"lock_healthy_account", R"sql(
select from account_state where account = $1 and blocked_since is null for no key update
)sql"};

// $3: only those first refused before it.
inline constexpr Statement kSendRefusedAgain{"send_refused_again", R"sql(
update batch set state = 'ready' where account = $1 and operation = $2 and state = 'held' and reason = 'refused_unconfirmed'
  and refused_since < lethe_time($3)
)sql"};

// $3: whether those with an earlier call of unknown effect are meant; $4 state and $5 reason.
inline constexpr Statement kRejectRefused{"reject_refused", R"sql(
update batch set state = $4, reason = $5, refused_since = null,
                 finished_at = case when $4 = 'rejected' then lethe_now() end,
                 review_since = case when $4 = 'needs_review' then lethe_now() end
where account = $1 and operation = $2 and state = 'held' and reason = 'refused_confirmed' and (unknown_since is not null) = $3
)sql"};

inline constexpr std::array kRefusalStatements{
    &kRefusalCases,
    &kLockHealthyAccount,
    &kSendRefusedAgain,
    &kRejectRefused,
};

}  // namespace lethe::store
