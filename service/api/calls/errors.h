#pragma once

#include <grpcpp/support/status.h>

#include "lethe/result.h"

namespace lethe::api {

/// The error as gRPC sends it: canonical code, message, and the details of google.rpc (ErrorInfo
/// always, BadRequest and RetryInfo where they apply) in the `grpc-status-details-bin` trailer.
grpc::Status ToGrpcStatus(const Error& error);

}  // namespace lethe::api
