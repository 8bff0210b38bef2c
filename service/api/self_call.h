#pragma once

#include <functional>
#include <optional>

#include "lethe/time.h"

namespace lethe::api {

/// A connection of this process to a port that it listens on itself.
struct SelfConnection {
  SelfConnection(int connecting, int port) : descriptor(connecting), local_port(port) {}
  ~SelfConnection();
  SelfConnection(SelfConnection&& other) noexcept;
  SelfConnection& operator=(SelfConnection&&) = delete;

  int descriptor;  ///< Still connecting, perhaps. Closed at the end.
  int local_port;  ///< By which the listener may know it.
};

/// Connects to the address that `listener` listens on. `announce` is told the local port before
/// anything is sent. Nothing if there is no descriptor for it, or no one listens there.
std::optional<SelfConnection> ConnectToSelf(int listener,
                                            const std::function<void(int local_port)>& announce);

/// Whether the gRPC server at the other end answers a health check in time, whatever it says.
bool AnswersHealthCheck(const SelfConnection& connection, milliseconds deadline);

}  // namespace lethe::api
