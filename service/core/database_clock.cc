#include "core/database_clock.h"

#include <chrono>
#include <utility>

namespace lethe::core {

TimePoint DatabaseClock::Now() const { return At(known().latest); }

TimePoint DatabaseClock::Deciding::Now() const {
  const Known known = clock_.known();
  return clock_.At(known.confirmed ? known.confirmed : known.latest);
}

std::optional<milliseconds> DatabaseClock::Correct(const Reading& reading) {
  const milliseconds took = reading.answered_at - reading.asked_at;
  if (took > kLongestReading) return {};
  const Fix now{reading.database + took / 2, reading.answered_at};
  const std::lock_guard lock(mutex_);
  const std::optional<Fix> before = std::exchange(known_.latest, now);
  known_.Judge();
  if (!before) return {};
  const milliseconds step = now.AheadOf(*before);
  if (std::chrono::abs(step) < kStep) return {};
  return step;
}

void DatabaseClock::Compare(TimePoint vendor, milliseconds at) {
  const std::lock_guard lock(mutex_);
  known_.vendor = Fix{vendor, at};
  known_.Judge();
}

void DatabaseClock::DoWithoutVendor() {
  const std::lock_guard lock(mutex_);
  known_.without_vendor = true;
  known_.Judge();
}

DatabaseClock::State DatabaseClock::state() const {
  const Known known = this->known();
  if (!known.latest || Monotonic() - known.latest->monotonic > kLongestTrust) return State::kStale;
  if (std::chrono::abs(machine_ahead()) > kMostDifference) return State::kDiffers;
  return known.latest_is_confirmed ? State::kTrusted : State::kUnconfirmed;
}

bool DatabaseClock::confirmed() const { return known().latest_is_confirmed; }

milliseconds DatabaseClock::machine_ahead() const {
  return std::chrono::round<milliseconds>(machine_.Now() - Now());
}

milliseconds DatabaseClock::vendor_ahead() const {
  const Known known = this->known();
  return known.vendor && known.latest ? known.vendor->AheadOf(*known.latest) : milliseconds::zero();
}

milliseconds DatabaseClock::Fix::AheadOf(const Fix& other) const {
  return std::chrono::round<milliseconds>((time - other.time) - (monotonic - other.monotonic));
}

void DatabaseClock::Known::Judge() {
  if (!latest) return;
  const std::optional<Fix>& witness = vendor ? vendor : confirmed;
  latest_is_confirmed =
      witness ? std::chrono::abs(latest->AheadOf(*witness)) <= kMostFromVendor : without_vendor;
  if (latest_is_confirmed) confirmed = latest;
}

DatabaseClock::Known DatabaseClock::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

TimePoint DatabaseClock::At(const std::optional<Fix>& fix) const {
  if (!fix) return machine_.Now();
  return fix->time + (machine_.Monotonic() - fix->monotonic);
}

}  // namespace lethe::core
