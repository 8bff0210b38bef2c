#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace lethe::telemetry {

/// The connections that a server has open, and which of them are cut to make room. Thread-safe.
class OpenConnections {
 public:
  using Time = std::chrono::steady_clock::time_point;

  OpenConnections(std::size_t most, std::chrono::milliseconds lifetime)
      : most_(most), lifetime_(lifetime) {}

  /// One more is open, by its descriptor. Cuts those that are open for too long, and the oldest
  /// while there are more than may be. The number that Close() takes; never 0.
  std::uint64_t Open(int descriptor, Time now);

  /// Its descriptor is about to be closed. Until this returns it is still the connection's own.
  void Close(std::uint64_t number);

 private:
  struct Connection {
    int descriptor;
    Time opened;
  };

  const std::size_t most_;
  const std::chrono::milliseconds lifetime_;
  std::mutex mutex_;
  std::uint64_t newest_ = 0;
  std::map<std::uint64_t, Connection> open_;  // The oldest first.
};

}  // namespace lethe::telemetry
