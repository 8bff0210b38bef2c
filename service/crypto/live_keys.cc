#include "crypto/live_keys.h"

#include <utility>

namespace lethe::crypto {

LiveKeys::LiveKeys() : slot_(std::make_shared<Slot>()) {}

LiveKeys::LiveKeys(KeyRing ring) : LiveKeys() { Use(std::move(ring)); }

void LiveKeys::Use(KeyRing ring) const {
  const std::lock_guard lock(slot_->mutex);
  slot_->ring = std::move(ring);
}

std::optional<KeyRing> LiveKeys::Find() const {
  const std::lock_guard lock(slot_->mutex);
  return slot_->ring;
}

}  // namespace lethe::crypto
