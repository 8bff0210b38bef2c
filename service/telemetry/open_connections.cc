#include "telemetry/open_connections.h"

#include <sys/socket.h>

namespace lethe::telemetry {

std::uint64_t OpenConnections::Open(int descriptor, Time now) {
  const std::lock_guard lock(mutex_);
  open_.emplace(++newest_, Connection{.descriptor = descriptor, .opened = now});
  while (open_.size() > most_ || open_.begin()->second.opened + lifetime_ < now) {
    // The server sees the end of the connection, and closes the descriptor itself.
    shutdown(open_.begin()->second.descriptor, SHUT_RDWR);
    open_.erase(open_.begin());
  }
  return newest_;
}

void OpenConnections::Close(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  open_.erase(number);
}

}  // namespace lethe::telemetry
