#pragma once

#include <cstdint>

#include "lethe/time.h"

namespace lethe::store {

/// Ends a wait that libpq would not end: once the limit has passed, the socket is shut down, and
/// libpq's next read or write of it fails. One thread uses an object; one thread of the process
/// watches all of them.
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
