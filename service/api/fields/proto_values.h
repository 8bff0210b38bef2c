#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::api {

// Values that the messages of both services have.

google::protobuf::Timestamp ToProto(TimePoint time);
v1::Operation ToProto(Operation operation);
v1::IdentifierKind ToProto(IdentifierKind kind);

/// Nothing for OPERATION_UNSPECIFIED, and for a value that is none.
std::optional<Operation> ToOperation(v1::Operation operation);

}  // namespace lethe::api
