#include "api/operators/operator_validation.h"

#include <iterator>
#include <set>
#include <utility>

#include "api/fields/list_rules.h"
#include "api/fields/page_token.h"
#include "api/fields/text_rules.h"
#include "api/fields/time_rules.h"
#include "api/fields/violations.h"
#include "lethe/limits.h"

namespace lethe::api {
namespace {

constexpr std::string_view kReviewForm =
    "must have the form accounts/{account}/reviews/{envelope}-{position}";

std::string ReviewsName(const std::string& account) { return "reviews/" + account; }
std::string AuditEventsName(const std::string& account) { return "auditEvents/" + account; }

std::optional<std::string> CheckAccount(const std::string& name, const char* field,
                                        Violations& violations) {
  auto account = ParseAccountName(name);
  if (!account) violations.Add(field, kAccountForm);
  return account;
}

/// What an operator must give with every decision.
void CheckEvidence(const std::string& etag, const std::string& justification,
                   Violations& violations) {
  if (etag.empty()) violations.Add("etag", "must be that of what the operator has looked at");
  if (const auto fault = FaultOfJustification(justification); !fault.empty()) {
    violations.Add("justification", fault);
  }
}

std::optional<ReviewDecision> ToDecision(v1::ReviewDecision decision) {
  switch (decision) {
    case v1::REVIEW_DECISION_SEND_AGAIN: return ReviewDecision::kSendAgain;
    case v1::REVIEW_DECISION_MARK_ACCEPTED: return ReviewDecision::kMarkAccepted;
    case v1::REVIEW_DECISION_CANCEL: return ReviewDecision::kCancel;
    default: return std::nullopt;
  }
}

/// Nothing if it is none; then a violation is written down.
std::optional<ReviewSelection> CheckSelection(const v1::ResolveReviewRequest& request,
                                              const std::optional<ReviewName>& review,
                                              Violations& violations) {
  if (!request.has_selection()) return ReviewSelection{};
  const v1::ReviewSelection& selection = request.selection();
  if (selection.half() == v1::ReviewSelection::HALF_FIRST) return ReviewHalf::kFirst;
  if (selection.half() == v1::ReviewSelection::HALF_SECOND) return ReviewHalf::kSecond;
  if (!selection.has_items()) {
    violations.Add("selection", "must name a half or items");
    return std::nullopt;
  }
  const v1::ReviewSelection::Items& items = selection.items();
  const auto name = ParseRequestName(items.privacy_request());
  if (!name || (review && name->account != review->account)) {
    violations.Add("selection.items.privacy_request", "must be one of the review's");
  }
  const std::set<int> ordinals(items.ordinals().begin(), items.ordinals().end());
  if (ordinals.empty() || std::ssize(ordinals) != items.ordinals_size() ||
      items.ordinals_size() > kMaxIdentifiersPerRequest) {
    violations.Add("selection.items.ordinals", "must be 1 to 1,000 ordinals, each once");
  }
  if (!violations.empty()) return std::nullopt;
  return ItemsOfRequest{name->id, {ordinals.begin(), ordinals.end()}};
}

ReviewFilter ToFilter(const std::string& account, const v1::ReviewFilter& filter,
                      Violations& violations) {
  ReviewFilter valid{.account = account, .reason = filter.reason()};
  switch (filter.operation()) {
    case v1::OPERATION_UNSPECIFIED: break;
    case v1::OPERATION_ERASURE: valid.operation = Operation::kErasure; break;
    case v1::OPERATION_DEMERGE: valid.operation = Operation::kDemerge; break;
    case v1::OPERATION_DISASSOCIATION: valid.operation = Operation::kDisassociation; break;
    default: violations.Add("filter.operation", "must be an operation, or not set");
  }
  valid.since =
      CheckTime(filter.has_since_time(), filter.since_time(), "filter.since_time", violations);
  valid.until =
      CheckTime(filter.has_until_time(), filter.until_time(), "filter.until_time", violations);
  return valid;
}

}  // namespace

Result<ReviewsQuery> ValidateListReviews(const v1::ListReviewsRequest& request) {
  Violations violations;
  auto account = CheckAccount(request.parent(), "parent", violations);
  const int page_size = CheckPageSize(request.page_size(), violations);
  std::optional<BatchKey> after;
  if (account && !request.page_token().empty()) {
    const auto last = DecodePageTokenText(ReviewsName(*account), request.page_token());
    if (last) after = ParseReviewId(*last);
    if (!after) AddBadPageToken(violations);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return ReviewsQuery{*std::move(account), page_size, after};
}

Result<ReviewName> ValidateGetReview(const v1::GetReviewRequest& request) {
  auto name = ParseReviewName(request.name());
  if (!name) return InvalidField("name", kReviewForm);
  return *std::move(name);
}

Result<ReviewResolution> ValidateResolveReview(const v1::ResolveReviewRequest& request) {
  Violations violations;
  auto name = ParseReviewName(request.name());
  if (!name) violations.Add("name", kReviewForm);
  const auto decision = ToDecision(request.decision());
  if (!decision) violations.Add("decision", "must be one of the review's allowed_decisions");
  CheckEvidence(request.etag(), request.justification(), violations);
  const auto selection = CheckSelection(request, name, violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return ReviewResolution{*std::move(name), request.etag(), *selection, *decision,
                          request.justification()};
}

Result<ReviewFilter> ValidatePreviewReviews(const v1::PreviewReviewsRequest& request) {
  Violations violations;
  const auto account = CheckAccount(request.parent(), "parent", violations);
  ReviewFilter filter = ToFilter(account.value_or(""), request.filter(), violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return filter;
}

Result<ReviewsResolution> ValidateResolveReviews(const v1::ResolveReviewsRequest& request) {
  Violations violations;
  const auto account = CheckAccount(request.parent(), "parent", violations);
  ReviewFilter filter = ToFilter(account.value_or(""), request.filter(), violations);
  const auto decision = ToDecision(request.decision());
  if (!decision) violations.Add("decision", "must be one of the group's allowed_decisions");
  CheckEvidence(request.etag(), request.justification(), violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return ReviewsResolution{std::move(filter), request.etag(), *decision, request.justification()};
}

Result<std::string> ValidateGetAccount(const v1::GetAccountRequest& request) {
  auto account = ParseAccountName(request.name());
  if (!account) return InvalidField("name", kAccountForm);
  return *std::move(account);
}

Result<AccountResumption> ValidateResumeAccount(const v1::ResumeAccountRequest& request) {
  Violations violations;
  auto account = CheckAccount(request.name(), "name", violations);
  std::optional<HeldRefusals> held_refusals;
  switch (request.held_refusals()) {
    case v1::HELD_REFUSALS_UNSPECIFIED: break;
    case v1::HELD_REFUSALS_SEND_AGAIN: held_refusals = HeldRefusals::kSendAgain; break;
    case v1::HELD_REFUSALS_REJECT: held_refusals = HeldRefusals::kReject; break;
    default: violations.Add("held_refusals", "must be SEND_AGAIN or REJECT, or not set");
  }
  CheckEvidence(request.etag(), request.justification(), violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return AccountResumption{*std::move(account), request.etag(), held_refusals,
                           request.justification()};
}

Result<AuditEventsQuery> ValidateListAuditEvents(const v1::ListAuditEventsRequest& request) {
  Violations violations;
  auto account = CheckAccount(request.parent(), "parent", violations);
  const int page_size = CheckPageSize(request.page_size(), violations);
  std::optional<std::int64_t> before;
  if (account && !request.page_token().empty()) {
    before = DecodePageToken(AuditEventsName(*account), request.page_token());
    if (!before) AddBadPageToken(violations);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return AuditEventsQuery{*std::move(account), page_size, before};
}

std::string NextPageToken(const ReviewsQuery& query, BatchKey last) {
  return EncodePageToken(ReviewsName(query.account), FormatReviewId(last));
}

std::string NextPageToken(const AuditEventsQuery& query, std::int64_t last) {
  return EncodePageToken(AuditEventsName(query.account), last);
}

}  // namespace lethe::api
