#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "lethe/time.h"

namespace lethe::runtime {

/// What a pass says about when to run again.
enum class Next {
  kWait,   ///< After the interval.
  kAgain,  ///< At once: there was more to do than one pass takes.
};

/// A thread that makes an idempotent pass over and over: at once, then after each interval, spread
/// by a tenth so that replicas do not march in step. Passes must return within kStuckAfter. Stops
/// when destroyed, after the pass that runs.
class Loop {
 public:
  /// A pass that takes longer than this is stuck: beyond every time-out of what passes call.
  static constexpr milliseconds kStuckAfter{120'000};

  struct Parts {
    const Clock& clock;
    std::function<double()> jitter;  ///< In [0, 1).
  };

  Loop(Parts parts, milliseconds interval, std::function<Next()> pass);
  ~Loop();

  /// Returns when the pass that runs has ended; no other follows. Calling it again does nothing.
  void Stop();

  /// Whether the pass that runs began less than kStuckAfter ago, or none runs.
  bool alive() const;

 private:
  void Run();
  milliseconds Spread(milliseconds interval) const;

  const Parts parts_;
  const milliseconds interval_;
  const std::function<Next()> pass_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool running_ = false;
  milliseconds running_since_{0};
  std::thread thread_;  // last: runs on all of the above
};

}  // namespace lethe::runtime
