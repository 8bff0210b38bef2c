#include "api/requests/list_validation.h"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "api/fields/list_rules.h"
#include "api/fields/names.h"
#include "api/fields/page_token.h"
#include "api/fields/proto_values.h"
#include "api/fields/text_rules.h"
#include "api/fields/time_rules.h"
#include "api/fields/violations.h"

namespace lethe::api {
namespace {

std::optional<RequestState> ToState(int state) {
  switch (state) {
    case v1::PrivacyRequest::STATE_QUEUED: return RequestState::kQueued;
    case v1::PrivacyRequest::STATE_IN_PROGRESS: return RequestState::kInProgress;
    case v1::PrivacyRequest::STATE_NEEDS_REVIEW: return RequestState::kNeedsReview;
    case v1::PrivacyRequest::STATE_COMPLETED: return RequestState::kCompleted;
    case v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED: return RequestState::kPartiallyCompleted;
    case v1::PrivacyRequest::STATE_REJECTED: return RequestState::kRejected;
    case v1::PrivacyRequest::STATE_EXPIRED: return RequestState::kExpired;
    case v1::PrivacyRequest::STATE_CANCELLED: return RequestState::kCancelled;
    default: return std::nullopt;
  }
}

lethe::TimeRange CheckRange(const v1::TimeRange& range, const std::string& field,
                            Violations& violations) {
  lethe::TimeRange valid{.from = CheckTime(range.has_start_time(), range.start_time(),
                                           (field + ".start_time").c_str(), violations),
                         .until = CheckTime(range.has_end_time(), range.end_time(),
                                            (field + ".end_time").c_str(), violations)};
  if (valid.from && valid.until && *valid.until <= *valid.from) {
    violations.Add(field + ".end_time", "must be after start_time");
  }
  return valid;
}

RequestFilter CheckFilter(const v1::RequestFilter& filter, Violations& violations) {
  RequestFilter valid{.scopes = {},
                      .principal = filter.principal(),
                      .created = CheckRange(filter.create_time(), "filter.create_time", violations),
                      .due = CheckRange(filter.due_time(), "filter.due_time", violations),
                      .states = {},
                      .overdue = filter.overdue(),
                      .held = filter.held(),
                      .needs_review = filter.needs_review()};
  for (int i = 0; i < filter.states_size(); ++i) {
    if (const auto state = ToState(filter.states(i))) {
      valid.states.Add(*state);
    } else {
      violations.Add("filter.states[" + std::to_string(i) + "]", "must be a state");
    }
  }
  return valid;
}

/// Another filter has another fingerprint, all but surely; it tells nothing of the texts in it.
std::uint64_t FingerprintOf(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string ListNameOf(const v1::ListPrivacyRequestsRequest& request) {
  std::string name = "requests/" + request.parent();
  if (request.has_filter() || request.order() != v1::REQUEST_ORDER_UNSPECIFIED) {
    name += '?' + std::to_string(FingerprintOf(request.filter().SerializeAsString())) + '/' +
            std::to_string(request.order());
  }
  return name;
}

/// `ID` or `ID:DUE`, the due time in microseconds.
std::optional<RequestPlace> ParsePlace(std::string_view text) {
  const std::size_t colon = text.find(':');
  std::int64_t id = 0;
  const std::string_view id_text = text.substr(0, colon);
  if (!absl::SimpleAtoi(absl::string_view(id_text.data(), id_text.size()), &id) || id < 0) {
    return std::nullopt;
  }
  RequestPlace place{.id = RequestId{id}};
  if (colon == std::string_view::npos) return place;
  std::int64_t due = 0;
  const std::string_view due_text = text.substr(colon + 1);
  if (!absl::SimpleAtoi(absl::string_view(due_text.data(), due_text.size()), &due)) {
    return std::nullopt;
  }
  place.due_time = TimePoint(std::chrono::microseconds(due));
  return place;
}

}  // namespace

Result<RequestsQuery> ValidateList(const v1::ListPrivacyRequestsRequest& request) {
  Violations violations;
  RequestsQuery query{.account = {},
                      .operation = ToOperation(request.filter().operation()),
                      .filter = CheckFilter(request.filter(), violations),
                      .idempotency_key = request.filter().idempotency_key(),
                      .order = request.order() == v1::REQUEST_ORDER_DUE_TIME
                                   ? RequestOrder::kDue
                                   : RequestOrder::kNewest,
                      .after = {},
                      .page_size = CheckPageSize(request.page_size(), violations),
                      .list_name = ListNameOf(request)};
  if (request.parent() != kEveryAccount) {
    auto account = ParseAccountName(request.parent());
    if (!account) violations.Add("parent", kAccountsForm);
    query.account = std::move(account).value_or("");
  }
  if (request.filter().operation() != v1::OPERATION_UNSPECIFIED && !query.operation) {
    violations.Add("filter.operation", "must be an operation");
  }
  if (!query.idempotency_key.empty()) {
    if (const auto fault = FaultOfIdempotencyKey(query.idempotency_key); !fault.empty()) {
      violations.Add("filter.idempotency_key", fault);
    }
  }
  if (!v1::RequestOrder_IsValid(request.order())) {
    violations.Add("order", "must be an order");
  } else if (query.order == RequestOrder::kDue && !FindsOnlyOpen(query.filter)) {
    violations.Add("order",
                   "by due time needs a filter that only finds requests that are not final");
  }
  if (!request.page_token().empty()) {
    const auto text = DecodePageTokenText(query.list_name, request.page_token());
    if (text) query.after = ParsePlace(*text);
    if (!query.after) AddBadPageToken(violations);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return query;
}

std::string NextPageToken(const RequestsQuery& query, const RequestPlace& next) {
  std::string text = std::to_string(ToInt(next.id));
  if (query.order == RequestOrder::kDue && next.due_time) {
    text += ':' + std::to_string(next.due_time->time_since_epoch().count());
  }
  return EncodePageToken(query.list_name, text);
}

}  // namespace lethe::api
