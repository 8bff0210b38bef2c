#include "store/review/pg_review_store.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lethe/reasons.h"
#include "store/accounts/sql.h"
#include "store/base/check_move.h"
#include "store/base/page.h"
#include "store/review/review_decisions.h"
#include "store/review/review_rows.h"
#include "store/review/sql.h"

namespace lethe::store {
namespace {

bool NeedsReview(const sql::ReadReview::Row& row) { return row.state == BatchState::kNeedsReview; }

AttemptView ToAttempt(sql::ReviewedAttempts::Row row) {
  return {.call_number = row.call_number,
          .started_at = row.started_at,
          .finished_at = row.finished_at,
          .outcome = row.outcome,
          .http_status = row.http_status.value_or(0),
          .code = std::move(row.code),
          .abandoned = row.abandoned};
}

AccountCondition ToCondition(sql::ReadAccounts::Row row) {
  AccountCondition condition{.account = std::move(row.account),
                             .held_refusals = static_cast<int>(row.held_refusals)};
  if (row.blocked_since) {
    condition.block = AccountBlock{.since = *row.blocked_since,
                                   .reason = std::move(row.blocked_reason),
                                   .resume = row.resume_by.value(),
                                   .probe_at = row.probe_at};
  }
  return condition;
}

std::vector<AccountCondition> ReadAccounts(pqxx::transaction_base& work,
                                           std::span<const std::string> names) {
  sql::ReadAccounts read;
  for (const std::string& name : names) read.accounts.Add(name);
  std::vector<AccountCondition> conditions;
  for (auto& row : read.Run(work)) conditions.push_back(ToCondition(std::move(row)));
  sql::ReadRouteBlocks read_routes;
  read_routes.accounts = read.accounts;
  for (auto& row : read_routes.Run(work)) {
    std::ranges::find(conditions, row.account, &AccountCondition::account)
        ->routes.push_back({.api = row.api,
                            .block = {.since = row.blocked_since,
                                      .reason = std::move(row.blocked_reason),
                                      .resume = row.resume_by,
                                      .probe_at = row.probe_at},
                            .held_refusals = static_cast<int>(row.held_refusals)});
  }
  return conditions;
}

/// Those that RefusalsToDecide() counts in `before`.
Status DecideHeldRefusals(pqxx::work& work, const ResumeAccountParams& params,
                          const AccountCondition& before, HeldRefusals decision) {
  ArrayLiteral apis;
  for (const Api api : kAll<Api>) {
    if (before.block ||
        std::ranges::find(before.routes, api, &RouteBlock::api) != before.routes.end()) {
      apis.AddText(Name(api));
    }
  }
  const AuditAction action =
      decision == HeldRefusals::kReject ? AuditAction::kReject : AuditAction::kSendAgain;
  for (const bool may_have_effect : {false, true}) {
    const Transition transition = Resolve(decision, {.may_have_effect = may_have_effect});
    Status checked = CheckMove(BatchState::kHeld, transition.to);
    if (!checked.ok()) return checked;
    sql::ResolveHeldRefusals{.account = params.account,
                             .apis = apis,
                             .effect_unknown = may_have_effect,
                             .state = transition.to,
                             .reason = transition.reason,
                             .principal = params.by.principal,
                             .means = params.by.means,
                             .action = action,
                             .justification = params.by.justification}
        .Run(work);
  }
  return Ok();
}

}  // namespace

Result<Page<ReviewView>> PgReviewStore::ListReviews(const ListReviewsParams& params) {
  const BatchKey after = params.after.value_or(BatchKey{});
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<ReviewView>> {
    pqxx::nontransaction work(connection);
    const sql::ListReviews list{.account = params.account,
                                .after_envelope = after.envelope,
                                .after_lo = after.lo,
                                .limit = params.page_size + 1};
    std::vector<ReviewView> reviews;
    for (const auto& row : list.Run(work)) {
      reviews.push_back(ToShownReview(row, params.account));
    }
    return ToPage(std::move(reviews), params.page_size);
  });
}

Result<ReviewDetails> PgReviewStore::GetReview(std::string_view account, BatchKey batch) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<ReviewDetails> {
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
    const auto found = FirstRow(
        work, sql::ReadReview{.account = account, .envelope = batch.envelope, .lo = batch.lo});
    if (!found || !NeedsReview(*found)) return NoSuchReview();
    ReviewDetails details{.review = ToShownReview(*found, account), .requests = {}, .attempts = {}};
    const Span span = details.review.facts.span;
    const sql::ReviewedRequests requests{.envelope = batch.envelope, .lo = span.lo, .hi = span.hi};
    for (const auto& row : requests.Run(work)) details.requests.push_back(row.request_id);
    const sql::ReviewedAttempts attempts{.envelope = batch.envelope, .lo = span.lo, .hi = span.hi};
    for (auto& row : attempts.Run(work)) details.attempts.push_back(ToAttempt(std::move(row)));
    return details;
  });
}

Result<AuditEvent> PgReviewStore::ResolveReview(const ResolveReviewParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<AuditEvent> {
    pqxx::work work(connection);
    const auto& [envelope, lo] = params.batch;
    sql::LockReview{.envelope = envelope, .lo = lo}.Run(work);
    const auto found =
        FirstRow(work, sql::ReadReview{.account = params.account, .envelope = envelope, .lo = lo});
    if (!found) return NoSuchReview();
    const ReviewFacts facts = ToReview(*found, params.account).facts;
    // No operator was ever shown an etag of a batch that needs no review, so none fits.
    const std::string_view etag = NeedsReview(*found) ? params.etag : "";
    if (const Status checked = CheckDecision(facts, etag, params.decision); !checked.ok()) {
      return checked.error();
    }
    const auto positions = PositionsOf(work, envelope, facts.span, params.selection);
    if (!positions.ok()) return positions.error();
    const Verdict verdict{.by = params.by,
                          .account = params.account,
                          .decision = params.decision,
                          .hours = params.hours,
                          .now = params.now};
    Result<AuditEvent> event =
        Decide(work, verdict, envelope, facts, CutByChoice(facts.span, *positions));
    if (event.ok()) work.commit();
    return event;
  });
}

Result<ReviewGroup> PgReviewStore::PreviewReviews(const ReviewFilter& filter) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<ReviewGroup> {
    pqxx::work work(connection);
    return FindReviews(work, filter, filter.until).group;
  });
}

Result<ReviewGroup> PgReviewStore::ResolveReviews(const ResolveReviewsParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<ReviewGroup> {
    pqxx::work work(connection);
    const FoundReviews found = LockReviews(work, params.filter, UntilOf(params.etag));
    const Status checked = CheckDecision(found.group, params.etag, params.decision);
    if (!checked.ok()) return checked.error();
    const Verdict verdict{.by = params.by,
                          .account = params.filter.account,
                          .decision = params.decision,
                          .hours = params.hours,
                          .now = params.now};
    for (const auto& [key, facts] : found.batches) {
      const ChosenRun whole{.span = facts.span, .chosen = true};
      const auto event = Decide(work, verdict, key.envelope, facts, {&whole, 1});
      if (!event.ok()) return event.error();
    }
    work.commit();
    return found.group;
  });
}

Result<std::vector<AccountCondition>> PgReviewStore::Accounts(std::span<const std::string> names) {
  return pool_.WithRetry(
      [&](pqxx::connection& connection) -> Result<std::vector<AccountCondition>> {
        pqxx::nontransaction work(connection);
        return ReadAccounts(work, names);
      });
}

Result<AccountCondition> PgReviewStore::ResumeAccount(const ResumeAccountParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<AccountCondition> {
    pqxx::work work(connection);
    sql::LockAccount{.account = params.account}.Run(work);
    const AccountCondition before = ReadAccounts(work, {&params.account, 1}).front();
    const Status checked = CheckResume(before, params.etag, params.held_refusals);
    if (!checked.ok()) return checked.error();

    sql::ResumeAccount{.account = params.account}.Run(work);
    sql::WriteAuditEvent{.principal = params.by.principal,
                         .means = params.by.means,
                         .action = AuditAction::kResume,
                         .account = params.account,
                         .envelope = {},
                         .lo = {},
                         .hi = {},
                         .state_before = Name(AccountState::kBlocked),
                         .reason_before = BlockedFor(before),
                         .state_after = Name(AccountState::kServed),
                         .justification = params.by.justification}
        .Run(work);
    if (RefusalsToDecide(before) > 0) {
      const Status decided = DecideHeldRefusals(work, params, before, *params.held_refusals);
      if (!decided.ok()) return decided.error();
    }
    AccountCondition after = ReadAccounts(work, {&params.account, 1}).front();
    work.commit();
    return after;
  });
}

Result<Page<AuditEvent>> PgReviewStore::ListAuditEvents(const ListAuditEventsParams& params) {
  const std::int64_t before = params.before.value_or(std::numeric_limits<std::int64_t>::max());
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<AuditEvent>> {
    pqxx::nontransaction work(connection);
    const sql::ListAuditEvents list{
        .account = params.account, .before = before, .limit = params.page_size + 1};
    std::vector<AuditEvent> events;
    for (const auto& row : list.Run(work)) events.push_back(ToEvent(row));
    return ToPage(std::move(events), params.page_size);
  });
}

}  // namespace lethe::store
