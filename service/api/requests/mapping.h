#pragma once

#include "api/gate/known_accounts.h"
#include "lethe/request.h"
#include "lethe/v1/privacy_request_service.pb.h"
#include "lethe/vendor_check.h"
#include "lethe/window.h"

namespace lethe::api {

/// What a request that was kept just now looks like.
RequestView FreshView(const NewRequest& request, const Admission& admission);

/// `hours` are the account's; `now` is what the expected completion of waiting items counts from.
v1::PrivacyRequest ToProto(const RequestView& view, const ProcessingHours& hours, TimePoint now);

/// The same, without the time at which it would be complete if nothing is sent for its account.
v1::PrivacyRequest Show(const RequestView& view, const KnownAccount& account, TimePoint now);

v1::PrivacyRequestItem ToProto(const ItemView& view);

v1::VendorCheck ToProto(const VendorOpinion& opinion);

}  // namespace lethe::api
