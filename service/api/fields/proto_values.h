#pragma once

#include <google/protobuf/timestamp.pb.h>

#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::api {

// Values that the messages of both services have.

google::protobuf::Timestamp ToProto(TimePoint time);
v1::Operation ToProto(Operation operation);
v1::IdentifierKind ToProto(IdentifierKind kind);

}  // namespace lethe::api
