#pragma once

#include <cstdint>

#include "lethe/time.h"

namespace lethe::store {

/// Ends a wait that libpq would not: once the limit has passed, the socket is shut down, and
/// whoever reads from it or writes to it gets an error. For one thread; one thread of the process
/// watches all deadlines.
class Deadline {
 public:
  /// `socket` stays open while the object lives.
  Deadline(int socket, milliseconds limit);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Whether the socket was shut down.
  bool passed() const;

 private:
  const std::uint64_t id_;
};

}  // namespace lethe::store
