#pragma once

#include <functional>
#include <string_view>

#include "lethe/time.h"

namespace lethe::api {

/// A call of one of Lethe's own services that was answered. Calls that gRPC refuses before it reads
/// them (an unknown method, a message above the size limit) are not seen.
struct FinishedCall {
  std::string_view method;  ///< Its name in the proto, which lives as long as the program.
  int grpc_code;            ///< The canonical code's number; 1 (CANCELLED) if the caller had gone.
  milliseconds duration;
};

/// Called from gRPC's threads, several at a time; must not block.
using CallObserver = std::function<void(const FinishedCall&)>;

}  // namespace lethe::api
