#include "api/calls/errors.h"

#include <google/protobuf/util/time_util.h>

#include "lethe/rpc/v1/error_details.pb.h"

namespace lethe::api {
namespace {

grpc::StatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorCode::kNotFound: return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::kAlreadyExists: return grpc::StatusCode::ALREADY_EXISTS;
    case ErrorCode::kFailedPrecondition: return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorCode::kResourceExhausted: return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::kUnauthenticated: return grpc::StatusCode::UNAUTHENTICATED;
    case ErrorCode::kPermissionDenied: return grpc::StatusCode::PERMISSION_DENIED;
    case ErrorCode::kUnavailable: return grpc::StatusCode::UNAVAILABLE;
    case ErrorCode::kInternal: return grpc::StatusCode::INTERNAL;
  }
  return grpc::StatusCode::UNKNOWN;
}

/// Clients look for Google's own messages, which these are but for the package.
void AddDetail(rpc::v1::Status& status, const google::protobuf::Message& detail) {
  google::protobuf::Any& any = *status.add_details();
  any.set_type_url("type.googleapis.com/google.rpc." + detail.GetDescriptor()->name());
  any.set_value(detail.SerializeAsString());
}

}  // namespace

grpc::Status ToGrpcStatus(const Error& error) {
  rpc::v1::Status status;
  status.set_code(CodeOf(error.code));
  status.set_message(error.message);

  rpc::v1::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain("lethe");
  AddDetail(status, info);

  if (!error.violations.empty()) {
    rpc::v1::BadRequest bad_request;
    for (const FieldViolation& violation : error.violations) {
      auto& shown = *bad_request.add_field_violations();
      shown.set_field(violation.field);
      shown.set_description(violation.description);
      shown.set_reason(violation.reason);
    }
    AddDetail(status, bad_request);
  }
  if (error.retry_after) {
    rpc::v1::RetryInfo retry;
    *retry.mutable_retry_delay() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(error.retry_after->count());
    AddDetail(status, retry);
  }
  return {CodeOf(error.code), error.message, status.SerializeAsString()};
}

}  // namespace lethe::api
