#pragma once

#include <grpcpp/support/status.h>

#include <functional>
#include <optional>
#include <ostream>

#include "cli/output/streams.h"

namespace lethe::cli {

/// Shows a person what a command will do, and asks, unless `yes`. Nothing if it may go on; else the
/// exit code, and why is said: kUsage where there is no terminal to ask on, kFailed for any answer
/// but yes, or as Fail() where the preview cannot be had.
std::optional<int> Confirm(const Streams& streams, bool yes,
                           const std::function<grpc::Status(std::ostream&)>& preview);

}  // namespace lethe::cli
