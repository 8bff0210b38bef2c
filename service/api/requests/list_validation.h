#pragma once

#include <optional>
#include <string>

#include "lethe/request_lists.h"
#include "lethe/result.h"
#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::api {

/// A checked ListPrivacyRequestsRequest. `filter.scopes` is empty: who calls decides about them.
struct RequestsQuery {
  std::string account;  ///< Empty: every account that the caller may read.
  std::optional<Operation> operation;
  RequestFilter filter;
  std::string idempotency_key;
  RequestOrder order;
  std::optional<RequestPlace> after;
  int page_size;
  std::string
      list_name;  ///< Tells one list from another in page tokens; has no text of the filter.
};

/// INVALID_REQUEST names fields and rules, never values. Pure.
Result<RequestsQuery> ValidateList(const v1::ListPrivacyRequestsRequest& request);

/// The token that lets ValidateList() go on there.
std::string NextPageToken(const RequestsQuery& query, const RequestPlace& next);

}  // namespace lethe::api
