#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::api {

/// What the calls in progress of one process may hold together. A call is in progress from when its
/// message was read until the last byte of its answer is on its way to the caller.
struct CallLimits {
  /// Ten times what saturates two cores. A call costs about ten kilobytes besides its message.
  std::int64_t calls = 2'500;

  /// Of messages and answers, in bytes as they are on the wire: twenty-two of the largest requests.
  /// While they are worked on they take three times that, which leaves a container of a gigabyte
  /// the most of its memory.
  std::int64_t bytes = 96LL * 1024 * 1024;

  /// How long an answer may wait for its caller to read it. Then the call is cut: a caller who is
  /// there reads within milliseconds.
  milliseconds patience{20'000};
};

/// Counts the calls in progress, and cuts those whose callers do not read. Thread-safe.
class CallBudget {
 public:
  explicit CallBudget(CallLimits limits = {}) : limits_(limits) {}

  /// Whether there is more in progress than may be. A call that is counted already asks for
  /// itself: past the limit it refuses itself, and holds next to nothing.
  bool Exceeded() const { return calls_ > limits_.calls || bytes_ > limits_.bytes; }

  /// What a call is answered then: kResourceExhausted with a time after which to try again.
  static Error Refusal();

  /// One call's part of the budget, given back when it goes.
  class Share {
   public:
    explicit Share(CallBudget& budget) : budget_(budget) { ++budget_.calls_; }
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    void Add(std::size_t bytes);

    /// From now on the call waits for its caller to read. `cut` ends it; it is called while the
    /// share lives, by the next call that is answered once the patience is over.
    void Answered(milliseconds now, std::function<void()> cut);

   private:
    CallBudget& budget_;
    std::int64_t bytes_ = 0;
    std::uint64_t unread_ = 0;  ///< The number among those that are not read; 0: none.
  };

 private:
  struct Unread {
    milliseconds since;
    std::function<void()> cut;
  };

  void CutOverdue(milliseconds now);

  const CallLimits limits_;
  std::atomic<std::int64_t> calls_ = 0;
  std::atomic<std::int64_t> bytes_ = 0;

  // Recursive: a call that is cut may end at once, on this thread.
  std::recursive_mutex mutex_;
  std::uint64_t newest_ = 0;
  std::map<std::uint64_t, Unread> unread_;  // The oldest first.
};

}  // namespace lethe::api
