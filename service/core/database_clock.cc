#include "core/database_clock.h"

#include <chrono>

namespace lethe::core {

TimePoint DatabaseClock::Now() const { return At(fix()); }

std::optional<milliseconds> DatabaseClock::Correct(const Reading& reading) {
  const milliseconds took = reading.answered_at - reading.asked_at;
  if (took > kLongestReading) return {};
  const Fix now{reading.database + took / 2, reading.answered_at};
  const std::lock_guard lock(mutex_);
  const std::optional<Fix> before = fix_;
  fix_ = now;
  if (!before) return {};
  const TimePoint expected = before->database + (now.monotonic - before->monotonic);
  const auto step = std::chrono::round<milliseconds>(now.database - expected);
  if (std::chrono::abs(step) < kStep) return {};
  return step;
}

DatabaseClock::State DatabaseClock::state() const {
  const std::optional<Fix> latest = fix();
  if (!latest || Monotonic() - latest->monotonic > kLongestTrust) return State::kStale;
  if (std::chrono::abs(machine_ahead()) > kMostDifference) return State::kDiffers;
  return State::kTrusted;
}

milliseconds DatabaseClock::machine_ahead() const {
  return std::chrono::round<milliseconds>(machine_.Now() - Now());
}

std::optional<DatabaseClock::Fix> DatabaseClock::fix() const {
  const std::lock_guard lock(mutex_);
  return fix_;
}

TimePoint DatabaseClock::At(const std::optional<Fix>& fix) const {
  if (!fix) return machine_.Now();
  return fix->database + (machine_.Monotonic() - fix->monotonic);
}

}  // namespace lethe::core
