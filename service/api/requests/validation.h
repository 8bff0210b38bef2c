#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/fields/names.h"
#include "lethe/request.h"
#include "lethe/result.h"
#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::api {

// What callers send, checked against include/lethe/limits.h and the comments of the proto. Pure.
// Errors are INVALID_REQUEST and name positions and rules, never values. Whether an account exists
// is not asked here.

/// A request fit to be kept: duplicates folded into their first place. `now` bounds submit_time.
Result<NewRequest> ValidateCreate(const v1::CreatePrivacyRequestRequest& request,
                                  std::string principal, TimePoint now);

Result<RequestName> ValidateGet(const v1::GetPrivacyRequestRequest& request);

struct ItemsQuery {
  RequestName request;
  int page_size;
  int after_ordinal;  ///< -1: from the start.
};
Result<ItemsQuery> ValidateListItems(const v1::ListPrivacyRequestItemsRequest& request);

/// The token that lets ValidateListItems() go on behind the last row of a page.
std::string NextPageToken(const ItemsQuery& query, int last_ordinal);

}  // namespace lethe::api
