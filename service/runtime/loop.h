#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "lethe/time.h"

namespace lethe::runtime {

/// What a pass says about when to run again.
enum class Next {
  kWait,   ///< After the interval.
  kAgain,  ///< At once: there was more to do than one pass takes.
};

/// Returns after that time, or as soon as a stop is requested.
using Wait = std::function<void(const std::stop_token&, milliseconds)>;

/// Wait in real time.
void WaitFor(const std::stop_token& stop, milliseconds time);

/// A thread that makes an idempotent pass over and over: at once, then after each interval, spread
/// by a tenth so that replicas do not march in step. A pass must return within kStuckAfter. The
/// destructor stops the loop as Stop() does.
class Loop {
 public:
  /// A pass that takes longer than this is stuck: all that a pass calls times out sooner.
  static constexpr milliseconds kStuckAfter{120'000};

  struct Parts {
    const Clock& clock;
    std::function<double()> jitter;  ///< In [0, 1).
    Wait wait;                       ///< WaitFor, but in tests.
  };

  struct Job {
    /// Names the thread, so that `top -H` and debuggers show it: at most 15 characters.
    std::string name;
    milliseconds interval;
    std::function<Next()> pass;
  };

  Loop(Parts parts, Job job);

  /// No pass begins from now on.
  void RequestStop() { thread_.request_stop(); }

  /// Returns when the pass that runs has ended; no other follows. Calling it again does nothing.
  void Stop();

  const std::string& name() const { return job_.name; }

  /// Whether the pass that runs began less than kStuckAfter ago, or none runs.
  bool alive() const;

 private:
  void Run(const std::stop_token& stop);
  void SetRunningSince(std::optional<milliseconds> time);
  milliseconds SpreadInterval() const;

  const Parts parts_;
  const Job job_;

  mutable std::mutex mutex_;
  std::optional<milliseconds> running_since_;  ///< By the monotonic clock; nothing between passes.
  std::jthread thread_;                        // last: runs on all of the above
};

}  // namespace lethe::runtime
