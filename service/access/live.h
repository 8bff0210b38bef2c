#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace lethe::access {

/// A value that a process works with and that changes while the process serves. Copies share it.
/// Thread-safe.
template <typename T>
class Live {
 public:
  explicit Live(T value) : slot_(std::make_shared<Slot>()) { Use(std::move(value)); }

  void Use(T value) const {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(slot_->mutex);
    slot_->value = std::move(next);
  }

  /// That of the moment, to be kept for one call. Another object after each Use().
  std::shared_ptr<const T> Current() const {
    const std::lock_guard lock(slot_->mutex);
    return slot_->value;
  }

 private:
  struct Slot {
    std::mutex mutex;
    std::shared_ptr<const T> value;
  };
  std::shared_ptr<Slot> slot_;
};

}  // namespace lethe::access
