#include "lethed/readiness.h"

#include <utility>

namespace lethe {

Readiness::Readiness(std::function<void(bool)> on_change, const Clock& clock)
    : on_change_(std::move(on_change)), clock_(clock) {}

bool Readiness::Become(ReadyState state) {
  const std::lock_guard lock(mutex_);
  if (state == ReadyState::kReady) ready_at_ = clock_.Monotonic();
  return Set(state);
}

bool Readiness::Expire() {
  const std::lock_guard lock(mutex_);
  const bool late = state_ == ReadyState::kReady && clock_.Monotonic() - ready_at_ > kHolds;
  return late && Set(ReadyState::kDatabaseUnavailable);
}

bool Readiness::Set(ReadyState state) {
  if (state_ == state || state_ == ReadyState::kStopping) return false;
  state_ = state;
  // Under the lock: a "ready" that was decided before the stop must not be told after it.
  on_change_(state == ReadyState::kReady);
  return true;
}

std::optional<std::string> Readiness::not_ready_reason() const {
  const std::lock_guard lock(mutex_);
  if (state_ == ReadyState::kReady) return std::nullopt;
  return std::string(Name(state_));
}

}  // namespace lethe
