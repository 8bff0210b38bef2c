#pragma once

#include <string>
#include <vector>

#include "api/fields/names.h"
#include "lethe/account.h"
#include "lethe/request.h"
#include "lethe/request_store.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/v1/operator_service.pb.h"

namespace lethe::api {

// What comes after a request: another try, and more time.

/// A retry, checked as in validation.h.
struct RetryQuery {
  RequestName request;
  std::string idempotency_key;
  std::vector<int> ordinals;  ///< Empty: all that is rejected.
  bool preview;
};
Result<RetryQuery> ValidateRetry(const v1::RetryPrivacyRequestRequest& request);

/// The new request, by the principal. `old`: as the request with the rejected items stands.
Result<NewRequest> RetryOf(RequestStore& store, const RetryQuery& query, const RequestView& old,
                           const Account& account, const std::string& principal);

/// An extension, likewise.
struct ExtensionQuery {
  RequestName request;
  TimePoint due_time;
  std::string reason;
  bool preview;
};
Result<ExtensionQuery> ValidateExtension(const v1::ExtendDueTimeRequest& request);

}  // namespace lethe::api
