#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "crypto/key_ring.h"

namespace lethe::crypto {

/// The ring that a process works with. It changes while the process serves. Copies share it.
/// Thread-safe.
class LiveKeys {
 public:
  /// None yet: nothing may be sealed or opened.
  LiveKeys();
  /// For a ring that needs no check. Implicit, so that a ring that never changes will do.
  LiveKeys(KeyRing ring);  // NOLINT(google-explicit-constructor)

  void Use(KeyRing ring) const;

  /// The ring of the moment, to be kept for one piece of work; nothing before the first Use().
  std::optional<KeyRing> Find() const;

  /// The same where there is one. Throws std::bad_optional_access if there is none.
  KeyRing Current() const { return Find().value(); }

 private:
  struct Slot {
    std::mutex mutex;
    std::optional<KeyRing> ring;
  };
  std::shared_ptr<Slot> slot_;
};

}  // namespace lethe::crypto
