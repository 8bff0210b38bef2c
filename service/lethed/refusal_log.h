#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "access/directory.h"
#include "lethe/time.h"

namespace lethe {

/// Which refused calls are written to the log: of each cause one at once, and then one each
/// kEvery, with how many there were in between. A stranger who calls a thousand times a second
/// fills no disk. Thread-safe.
class RefusalLog {
 public:
  static constexpr milliseconds kEvery{10'000};

  /// How many refusals of this cause there were since the last line, with this one, if it is to be
  /// written; `now` is Clock::Monotonic().
  std::optional<int> Count(access::Refusal cause, milliseconds now) {
    const std::lock_guard lock(mutex_);
    Cause& counted = causes_[static_cast<std::size_t>(cause)];
    ++counted.count;
    if (counted.next && now < *counted.next) return std::nullopt;
    counted.next = now + kEvery;
    return std::exchange(counted.count, 0);
  }

 private:
  struct Cause {
    int count = 0;
    std::optional<milliseconds> next;
  };

  std::mutex mutex_;
  std::array<Cause, kAll<access::Refusal>.size()> causes_;
};

}  // namespace lethe
