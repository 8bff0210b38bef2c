#pragma once

#include <atomic>
#include <chrono>

#include "lethe/time.h"

namespace lethe::fakes {

/// Time that passes only when a test says so. Thread-safe.
class FakeClock : public Clock {
 public:
  static constexpr TimePoint kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

  TimePoint Now() const override { return kStart + Monotonic(); }
  milliseconds Monotonic() const override { return passed_.load(); }

  void Advance(milliseconds by) { passed_ = passed_.load() + by; }

 private:
  std::atomic<milliseconds> passed_{milliseconds::zero()};
};

}  // namespace lethe::fakes
