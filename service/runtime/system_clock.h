#pragma once

#include <chrono>
#include <ctime>

#include "lethe/time.h"

namespace lethe::runtime {

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint Now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }

  /// Goes on while the machine is suspended, as leases in the database do.
  milliseconds Monotonic() const override {
    timespec since_boot{};
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return std::chrono::floor<milliseconds>(std::chrono::seconds(since_boot.tv_sec) +
                                            std::chrono::nanoseconds(since_boot.tv_nsec));
  }
};

}  // namespace lethe::runtime
