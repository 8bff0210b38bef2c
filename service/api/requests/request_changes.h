#pragma once

#include <string>
#include <vector>

#include "api/fields/names.h"
#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "lethe/request.h"
#include "lethe/request_change.h"
#include "lethe/request_changer.h"
#include "lethe/request_store.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/v1/operator_service.pb.h"

namespace lethe::api {

// Cancel, hold and release, which both services have.

/// What is to be changed, checked as in validation.h.
struct ItemsToChange {
  RequestName request;
  RequestChange change;
  std::vector<int> ordinals;  ///< Empty: all.
  std::string reason;
  bool preview;
};
Result<ItemsToChange> ValidateCancel(const v1::CancelPrivacyRequestRequest& request);
Result<ItemsToChange> ValidateChange(const v1::ChangePrivacyRequestRequest& request);

/// What a change works with.
struct ChangeParts {
  RequestStore& store;
  RequestChanger& changer;
  const Clock& clock;
};

/// Makes the change, by the caller, to a request that it may change. `before`: as the request
/// was.
Status ChangeItems(const ChangeParts& parts, const ItemsToChange& items, const Caller& caller,
                   const KnownAccount& account, const RequestView& before,
                   v1::PrivacyRequestChange& response);

}  // namespace lethe::api
