#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

// The SQL of PgReviewStore.

// $2, $3: the last of the page before; $4 how many.
inline constexpr Statement kListReviews{"list_reviews", R"sql(
select envelope, lo, hi, operation, kind, state, reason, call_count, lethe_micros(unknown_since), lethe_micros(review_since)
from batch
where account = $1 and state = 'needs_review' and (envelope, lo) > ($2::bigint, $3::smallint)
order by envelope, lo limit $4::int
)sql"};

// A batch of any state, with the columns of kListReviews.
inline constexpr Statement kReadReview{"read_review", R"sql(
select envelope, lo, hi, operation, kind, state, reason, call_count, lethe_micros(unknown_since), lethe_micros(review_since)
from batch where envelope = $2 and lo = $3 and account = $1
)sql"};

inline constexpr Statement kLockReview{"lock_review", R"sql(
select from batch where envelope = $1 and lo = $2 for update
)sql"};

inline constexpr Statement kReviewedRequests{"reviewed_requests", R"sql(
select distinct request_id from request_item where envelope = $1 and pos between $2::int and $3::int order by request_id
)sql"};

// The calls that carried all of $2..$3: those of the batch, and those of what it has split from.
inline constexpr Statement kReviewedAttempts{"reviewed_attempts", R"sql(
select number, lethe_micros(started_at), lethe_micros(finished_at), outcome_class, http_status, vendor_code, abandoned_at is not null
from attempt where envelope = $1 and lo <= $2::int and hi >= $3::int order by number
)sql"};

// $3 state, $4 reason, $5 accepted_at, $6 window_end.
inline constexpr Statement kResolveReview{"resolve_review", R"sql(
update batch set state = $3, reason = $4, not_before = null, unknown_since = null, refused_since = null, review_since = null,
                 accepted_at = lethe_time($5), window_end = lethe_time($6),
                 finished_at = case when $3 = 'cancelled' then lethe_now() end
where envelope = $1 and lo = $2 and state = 'needs_review'
returning lo
)sql"};

// In the order of $1.
inline constexpr Statement kReadAccounts{"read_accounts", R"sql(
select w.account, lethe_micros(s.blocked_since), s.blocked_reason, s.resume_by,
       case when s.resume_by <> 'operator' then lethe_micros(s.probe_at) end,
       (select coalesce(sum(b.hi - b.lo + 1), 0) from batch b
        where b.account = w.account and b.state = 'held' and b.reason in ('refused_unconfirmed', 'refused_confirmed'))
from unnest($1::text[]) with ordinality as w(account, n) left join account_state s on s.account = w.account
order by w.n
)sql"};

inline constexpr Statement kResumeAccount{"resume_account", R"sql(
update account_state set blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0
where account = $1 and blocked_since is not null
)sql"};

// $2 state and $3 reason to go to; $4 principal; $5 action; $6 justification; $7 whether those with
// an earlier call of unknown effect are meant. One audit event a batch.
inline constexpr Statement kResolveHeldRefusals{"resolve_held_refusals", R"sql(
with held as materialized (
  select envelope, lo, hi, reason from batch
  where account = $1 and state = 'held' and reason in ('refused_unconfirmed', 'refused_confirmed')
    and (unknown_since is not null) = $7
  order by envelope, lo for update
), moved as (
  update batch b set state = $2, reason = $3, not_before = null, refused_since = null,
                     finished_at = case when $2 = 'rejected' then lethe_now() end,
                     review_since = case when $2 = 'needs_review' then lethe_now() end
  from held h where b.envelope = h.envelope and b.lo = h.lo and b.state = 'held'
)
insert into audit_event (at, principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification)
select lethe_now(), $4, $5, $1, envelope, lo, hi, 'held', reason, $2, $6 from held order by envelope, lo
)sql"};

// $3 account; $4..$6 the batch, or null; $7 state and $8 reason before; $9 state after.
inline constexpr Statement kWriteAuditEvent{"write_audit_event", R"sql(
insert into audit_event (at, principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification)
values (lethe_now(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id, lethe_micros(at), principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification
)sql"};

// Newest first, those before $2, at most $3; with the columns of kWriteAuditEvent.
inline constexpr Statement kListAuditEvents{"list_audit_events", R"sql(
select id, lethe_micros(at), principal, action, account, envelope, lo, hi, state_before, reason_before, state_after, justification
from audit_event where account = $1 and id < $2 order by id desc limit $3::int
)sql"};

inline constexpr std::array kReviewStatements{
    &kListReviews,         &kReadReview,      &kLockReview,     &kReviewedRequests,
    &kReviewedAttempts,    &kResolveReview,   &kReadAccounts,   &kResumeAccount,
    &kResolveHeldRefusals, &kWriteAuditEvent, &kListAuditEvents};

}  // namespace lethe::store
