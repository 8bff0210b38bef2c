#pragma once

#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "lethe/time.h"

namespace lethe::api {

/// A connection of this process to a port that it listens on itself.
struct SelfConnection {
  SelfConnection(int connecting, std::string from)
      : descriptor(connecting), address(std::move(from)) {}
  ~SelfConnection();
  SelfConnection(SelfConnection&& other) noexcept;
  SelfConnection& operator=(SelfConnection&&) = delete;

  int descriptor;       ///< Still connecting, perhaps. Closed at the end.
  std::string address;  ///< AddressOf() its own end, by which the listener knows it: while it is
                        ///< open, no other connection has it.
};

/// A socket's host and port, to be compared.
std::string AddressOf(const sockaddr_storage& address);

/// Connects to the address that `listener` listens on. `announce` is told the connection's address
/// before anything is sent. Nothing if there is no descriptor for it, or no one listens there.
std::optional<SelfConnection> ConnectToSelf(
    int listener, const std::function<void(const std::string& address)>& announce);

/// Whether the gRPC server at the other end answers a health check in time, whatever it says.
bool AnswersHealthCheck(const SelfConnection& connection, milliseconds deadline);

}  // namespace lethe::api
