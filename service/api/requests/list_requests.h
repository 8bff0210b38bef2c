#pragma once

#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "lethe/request_lists.h"
#include "lethe/result.h"
#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::api {

/// Answers ListPrivacyRequests for a caller that the gate has let in.
Status ListRequests(RequestLists& lists, const KnownAccounts& accounts, TimePoint now,
                    const v1::ListPrivacyRequestsRequest& request, const Caller& caller,
                    v1::ListPrivacyRequestsResponse& response);

}  // namespace lethe::api
