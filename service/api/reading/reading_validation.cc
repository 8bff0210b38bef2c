#include "api/reading/reading_validation.h"

#include <absl/strings/numbers.h>

#include <string_view>
#include <utility>

#include "api/fields/identifier_rules.h"
#include "api/fields/list_rules.h"
#include "api/fields/names.h"
#include "api/fields/page_token.h"
#include "api/fields/proto_values.h"
#include "api/fields/text_rules.h"
#include "api/fields/time_rules.h"
#include "api/fields/violations.h"
#include "lethe/limits.h"
#include "lethe/window.h"

namespace lethe::api {
namespace {

static_assert(kMaxSummaryPeriod.count() == 750, "the description below names this limit");

std::string CheckAccounts(const std::string& parent, Violations& violations) {
  if (parent == kEveryAccount) return {};
  auto account = ParseAccountName(parent);
  if (!account) violations.Add("parent", kAccountsForm);
  return std::move(account).value_or("");
}

std::optional<Operation> CheckOperation(v1::Operation operation, Violations& violations) {
  const auto valid = ToOperation(operation);
  if (operation != v1::OPERATION_UNSPECIFIED && !valid) {
    violations.Add("operation", "must be an operation");
  }
  return valid;
}

std::optional<ExceptionKind> CheckKind(v1::ItemState state, Violations& violations) {
  switch (state) {
    case v1::ITEM_STATE_UNSPECIFIED: return std::nullopt;
    case v1::ITEM_STATE_HELD: return ExceptionKind::kHeld;
    case v1::ITEM_STATE_NEEDS_REVIEW: return ExceptionKind::kNeedsReview;
    case v1::ITEM_STATE_REJECTED: return ExceptionKind::kRejected;
    default: violations.Add("state", "must be HELD, NEEDS_REVIEW or REJECTED"); return std::nullopt;
  }
}

SummaryPeriod CheckPeriod(v1::SummarizePrivacyRequestsRequest::Period period,
                          Violations& violations) {
  using Request = v1::SummarizePrivacyRequestsRequest;
  switch (period) {
    case Request::PERIOD_UNSPECIFIED: return SummaryPeriod::kWhole;
    case Request::PERIOD_DAY: return SummaryPeriod::kDay;
    case Request::PERIOD_MONTH: return SummaryPeriod::kMonth;
    case Request::PERIOD_YEAR: return SummaryPeriod::kYear;
    default: violations.Add("period", "must be a period"); return SummaryPeriod::kWhole;
  }
}

/// An identifier that no request can have is refused as requests would be; which kind it is of,
/// the caller need not know.
bool IsOfSomeKind(const std::string& identifier) {
  for (const IdentifierKind kind : kAll<IdentifierKind>) {
    if (!FaultOfIdentifier(kind, identifier)) return true;
  }
  return false;
}

}  // namespace

Result<ExceptionsQuery> ValidateListExceptions(const v1::ListExceptionsRequest& request) {
  Violations violations;
  ExceptionsQuery query{.account = CheckAccounts(request.parent(), violations),
                        .operation = CheckOperation(request.operation(), violations),
                        .kind = CheckKind(request.state(), violations),
                        .before = {},
                        .page_size = CheckPageSize(request.page_size(), violations),
                        .list_name = "exceptions/" + request.parent() + '?' +
                                     std::to_string(request.operation()) + '/' +
                                     std::to_string(request.state())};
  if (!request.page_token().empty()) {
    const auto place = DecodePageTokenText(query.list_name, request.page_token());
    if (place) query.before = ParseReviewId(*place);
    if (!query.before) AddBadPageToken(violations);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return query;
}

std::string NextPageToken(const ExceptionsQuery& query, const ExceptionView& last) {
  return EncodePageToken(query.list_name, FormatReviewId({last.envelope, last.pos}));
}

Result<SummaryQuery> ValidateSummarize(const v1::SummarizePrivacyRequestsRequest& request) {
  Violations violations;
  const auto from =
      CheckTime(request.has_start_time(), request.start_time(), "start_time", violations);
  const auto until = CheckTime(request.has_end_time(), request.end_time(), "end_time", violations);
  SummaryQuery query{.account = CheckAccounts(request.parent(), violations),
                     .operation = CheckOperation(request.operation(), violations),
                     .from = from.value_or(TimePoint()),
                     .until = until.value_or(TimePoint()),
                     .period = CheckPeriod(request.period(), violations),
                     .time_zone = request.time_zone().empty() ? "UTC" : request.time_zone()};
  if (!request.has_start_time()) violations.Add("start_time", "must be set");
  if (!request.has_end_time()) violations.Add("end_time", "must be set");
  if (from && until && *until <= *from) violations.Add("end_time", "must be after start_time");
  if (from && until && *until - *from > kMaxSummaryPeriod) {
    violations.Add("end_time", "must be within 750 days from start_time");
  }
  if (!TimeZone::Find(query.time_zone)) {
    violations.Add("time_zone", "must be a name of the IANA time zone database");
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return query;
}

Result<SubjectQuery> ValidateLookup(const v1::LookupSubjectRequest& request) {
  Violations violations;
  std::string account = CheckAccounts(request.parent(), violations);
  if (!IsOfSomeKind(request.identifier())) {
    violations.Add("identifier", "must be an identity, a CleverTap ID or a phone number");
  }
  if (const auto fault = FaultOfJustification(request.justification()); !fault.empty()) {
    violations.Add("justification", fault);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return SubjectQuery{.account = std::move(account),
                      .identifier = Identifier(request.identifier()),
                      .justification = request.justification()};
}

}  // namespace lethe::api
