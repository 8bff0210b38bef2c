#include "store/review/pg_review_store.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "store/accounts/sql.h"
#include "store/base/page.h"
#include "store/base/review_statements.h"
#include "store/base/values.h"

namespace lethe::store {
namespace {

template <typename T>
std::optional<T> ToWord(const pqxx::field& name) {
  return name.is_null() ? std::nullopt : Parse<T>(name.c_str());
}

std::string TextOf(const pqxx::field& text) { return text.is_null() ? "" : text.c_str(); }

Error ReviewNotFound() {
  return Error{ErrorCode::kNotFound, "REVIEW_NOT_FOUND",
               "the account has no batch of this name that needs a review"};
}

/// A row of kListReviews.
ReviewView ToReview(const pqxx::row& row, std::string_view account) {
  return {.account = std::string(account),
          .envelope = EnvelopeId{row[0].as<std::int64_t>()},
          .kind = Parse<IdentifierKind>(row[4].c_str()).value(),
          .facts = {.operation = Parse<Operation>(row[3].c_str()).value(),
                    .span = {row[1].as<int>(), row[2].as<int>()},
                    .reason = TextOf(row[6]),
                    .call_count = row[7].as<int>(),
                    .unknown_since = ToOptionalTime(row[8])},
          .since = ToOptionalTime(row[9])};
}

bool NeedsReview(const pqxx::row& row) { return row[5].c_str() == Name(BatchState::kNeedsReview); }

AttemptView ToAttempt(const pqxx::row& row) {
  return {.number = row[0].as<int>(),
          .started_at = ToTime(row[1]),
          .finished_at = ToOptionalTime(row[2]),
          .outcome = ToWord<OutcomeClass>(row[3]),
          .http_status = row[4].is_null() ? 0 : row[4].as<int>(),
          .code = TextOf(row[5]),
          .abandoned = row[6].as<bool>()};
}

AccountCondition ToCondition(const pqxx::row& row) {
  AccountCondition condition{.account = row[0].c_str(), .held_refusals = row[5].as<int>()};
  if (!row[1].is_null()) {
    condition.block = AccountBlock{.since = ToTime(row[1]),
                                   .reason = row[2].c_str(),
                                   .resume = Parse<Resume>(row[3].c_str()).value(),
                                   .probe_at = ToOptionalTime(row[4])};
  }
  return condition;
}

std::vector<AccountCondition> ReadAccounts(pqxx::transaction_base& work,
                                           std::span<const std::string> names) {
  ArrayLiteral accounts;
  for (const std::string& name : names) accounts.AddText(name);
  std::vector<AccountCondition> conditions;
  for (const auto& row : work.exec_prepared(kReadAccounts.name, accounts.str())) {
    conditions.push_back(ToCondition(row));
  }
  return conditions;
}

AuditEvent ToEvent(const pqxx::row& row) {
  AuditEvent event{.id = row[0].as<std::int64_t>(),
                   .at = ToTime(row[1]),
                   .principal = row[2].c_str(),
                   .action = ToWord<AuditAction>(row[3]).value(),
                   .account = row[4].c_str(),
                   .state_before = row[8].c_str(),
                   .reason_before = TextOf(row[9]),
                   .state_after = row[10].c_str(),
                   .justification = row[11].c_str()};
  if (!row[5].is_null()) {
    event.envelope = EnvelopeId{row[5].as<std::int64_t>()};
    event.span = {row[6].as<int>(), row[7].as<int>()};
  }
  return event;
}

AuditAction ActionOf(ReviewDecision decision) {
  switch (decision) {
    case ReviewDecision::kSendAgain: return AuditAction::kSendAgain;
    case ReviewDecision::kMarkAccepted: return AuditAction::kMarkAccepted;
    case ReviewDecision::kCancel: return AuditAction::kCancel;
  }
  return AuditAction::kCancel;
}

AuditEvent Decide(pqxx::work& work, const ResolveReviewParams& params, const ReviewFacts& facts) {
  const auto envelope = ToInt(params.batch.envelope);
  const Transition transition = Resolve(facts, params.decision, params.hours, params.now);
  const std::string state_after(Name(transition.to));
  if (work.exec_prepared(kResolveReview.name, envelope, facts.span.lo, state_after,
                         transition.reason, ToMicros(transition.accepted_at),
                         ToMicros(transition.window_end))
          .empty()) {
    throw std::logic_error("a batch moves while it is locked");
  }
  return ToEvent(work.exec_prepared1(kWriteAuditEvent.name, params.by.principal,
                                     std::string(Name(ActionOf(params.decision))),
                                     std::string(params.account), envelope, facts.span.lo,
                                     facts.span.hi, std::string(Name(BatchState::kNeedsReview)),
                                     facts.reason, state_after, params.by.justification));
}

void DecideHeldRefusals(pqxx::work& work, const ResumeAccountParams& params,
                        HeldRefusals decision) {
  const AuditAction action =
      decision == HeldRefusals::kReject ? AuditAction::kReject : AuditAction::kSendAgain;
  for (const std::optional<TimePoint> unknown_since : {std::optional<TimePoint>(), {TimePoint{}}}) {
    const Transition transition = Resolve(decision, unknown_since);
    work.exec_prepared(kResolveHeldRefusals.name, params.account, std::string(Name(transition.to)),
                       transition.reason, params.by.principal, std::string(Name(action)),
                       params.by.justification, unknown_since.has_value());
  }
}

}  // namespace

Result<Page<ReviewView>> PgReviewStore::ListReviews(const ListReviewsParams& params) {
  const BatchKey after = params.after.value_or(BatchKey{});
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<ReviewView>> {
    pqxx::nontransaction work(connection);
    std::vector<ReviewView> reviews;
    for (const auto& row :
         work.exec_prepared(kListReviews.name, std::string(params.account), ToInt(after.envelope),
                            after.lo, params.page_size + 1)) {
      reviews.push_back(ToReview(row, params.account));
    }
    return ToPage(std::move(reviews), params.page_size);
  });
}

Result<ReviewDetails> PgReviewStore::GetReview(std::string_view account, BatchKey batch) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<ReviewDetails> {
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
    const auto envelope = ToInt(batch.envelope);
    const auto found =
        work.exec_prepared(kReadReview.name, std::string(account), envelope, batch.lo);
    if (found.empty() || !NeedsReview(found[0])) return ReviewNotFound();
    ReviewDetails details{.review = ToReview(found[0], account), .requests = {}, .attempts = {}};
    const Span span = details.review.facts.span;
    for (const auto& row : work.exec_prepared(kReviewedRequests.name, envelope, span.lo, span.hi)) {
      details.requests.push_back(RequestId{row[0].as<std::int64_t>()});
    }
    for (const auto& row : work.exec_prepared(kReviewedAttempts.name, envelope, span.lo, span.hi)) {
      details.attempts.push_back(ToAttempt(row));
    }
    return details;
  });
}

Result<AuditEvent> PgReviewStore::ResolveReview(const ResolveReviewParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<AuditEvent> {
    pqxx::work work(connection);
    const auto envelope = ToInt(params.batch.envelope);
    work.exec_prepared(kLockReview.name, envelope, params.batch.lo);
    const auto found = work.exec_prepared(kReadReview.name, std::string(params.account), envelope,
                                          params.batch.lo);
    if (found.empty()) return ReviewNotFound();
    const ReviewFacts facts = ToReview(found[0], params.account).facts;
    // Nothing that an operator was shown has the etag of a batch that needs no review.
    const std::string_view etag = NeedsReview(found[0]) ? params.etag : "";
    if (const Status checked = CheckDecision(facts, etag, params.decision); !checked.ok()) {
      return checked.error();
    }
    AuditEvent event = Decide(work, params, facts);
    work.commit();
    return event;
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

    work.exec_prepared(kResumeAccount.name, params.account);
    const std::optional<int> no_batch;
    work.exec_prepared(kWriteAuditEvent.name, params.by.principal,
                       std::string(Name(AuditAction::kResume)), params.account, no_batch, no_batch,
                       no_batch, std::string("blocked"), before.block->reason,
                       std::string("served"), params.by.justification);
    if (before.held_refusals > 0) DecideHeldRefusals(work, params, *params.held_refusals);
    AccountCondition after = ReadAccounts(work, {&params.account, 1}).front();
    work.commit();
    return after;
  });
}

Result<Page<AuditEvent>> PgReviewStore::ListAuditEvents(const ListAuditEventsParams& params) {
  const std::int64_t before = params.before.value_or(std::numeric_limits<std::int64_t>::max());
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<Page<AuditEvent>> {
    pqxx::nontransaction work(connection);
    std::vector<AuditEvent> events;
    for (const auto& row : work.exec_prepared(kListAuditEvents.name, std::string(params.account),
                                              before, params.page_size + 1)) {
      events.push_back(ToEvent(row));
    }
    return ToPage(std::move(events), params.page_size);
  });
}

}  // namespace lethe::store
