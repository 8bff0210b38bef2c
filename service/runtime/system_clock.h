#pragma once

#include <chrono>

#include "lethe/time.h"

namespace lethe::runtime {

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint Now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }

  milliseconds Monotonic() const override {
    return std::chrono::floor<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace lethe::runtime
