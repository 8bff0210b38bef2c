#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <string>

#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::cli {

/// The request on one line, without its name: state, operation, items by state, times,
/// warnings.
std::string Line(const v1::PrivacyRequest& request);

/// `ORDINAL STATE ..`
std::string Line(const v1::PrivacyRequestItem& item);

/// What CleverTap would take, and on lines of their own the items that it would not.
std::string Lines(const v1::VendorCheck& check);

/// Of fixed width, as far as the request's items are final: `[#####...............]  12/50`.
std::string ProgressBar(const v1::PrivacyRequest& request);

std::string Json(const google::protobuf::Message& message);

/// The error and, on lines of their own, its field violations and retry delay. `where` says what
/// people call a field; without it they are told its path.
std::string Describe(const grpc::Status& status,
                     const std::function<std::string(const std::string& field)>& where = {});

}  // namespace lethe::cli
