#include "api/requests/follow_ups.h"

#include <utility>

#include "api/fields/request_rules.h"
#include "api/fields/text_rules.h"
#include "api/fields/time_rules.h"
#include "api/fields/violations.h"

namespace lethe::api {

Result<RetryQuery> ValidateRetry(const v1::RetryPrivacyRequestRequest& request) {
  Violations violations;
  auto name = ParseRequestName(request.name());
  if (!name) violations.Add("name", kRequestForm);
  if (const auto fault = FaultOfIdempotencyKey(request.idempotency_key()); !fault.empty()) {
    violations.Add("idempotency_key", fault);
  }
  CheckOrdinals(request.ordinals(), violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return RetryQuery{.request = *std::move(name),
                    .idempotency_key = request.idempotency_key(),
                    .ordinals = {request.ordinals().begin(), request.ordinals().end()},
                    .preview = request.validate_only()};
}

Result<NewRequest> RetryOf(RequestStore& store, const RetryQuery& query, const RequestView& old,
                           const Account& account, const std::string& principal) {
  auto items =
      store.RejectedItems({.account = old.account, .request = old.id, .ordinals = query.ordinals});
  if (!items) return items.error();
  return NewRequest{
      .principal = principal,
      .account = old.account,
      .idempotency_key = query.idempotency_key,
      .operation = old.operation,
      .kind = old.kind,
      .items = *std::move(items),
      .submit_time = old.submit_time,
      .due_time = old.due_time,
      .due_by_law = DefaultDueTime{.term = account.legal_terms.term, .zone = account.hours.zone},
      .retry_of = old.id,
      .retried_ordinals = query.ordinals};
}

Result<ExtensionQuery> ValidateExtension(const v1::ExtendDueTimeRequest& request) {
  Violations violations;
  auto name = ParseRequestName(request.name());
  if (!name) violations.Add("name", kRequestForm);
  const auto due_time =
      CheckTime(request.has_due_time(), request.due_time(), "due_time", violations);
  if (!request.has_due_time()) violations.Add("due_time", "must be set");
  if (const auto fault = FaultOfJustification(request.reason()); !fault.empty()) {
    violations.Add("reason", fault);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return ExtensionQuery{.request = *std::move(name),
                        .due_time = *due_time,
                        .reason = request.reason(),
                        .preview = request.validate_only()};
}

}  // namespace lethe::api
