#include "cli/output/streams.h"

#include "cli/output/print.h"

namespace lethe::cli {

ExitCode ExitCodeOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED: return kUnavailable;
    default: return kFailed;
  }
}

int Fail(const Streams& streams, const grpc::Status& status) {
  streams.err << "lethe: " << Describe(status);
  return ExitCodeOf(status);
}

}  // namespace lethe::cli
