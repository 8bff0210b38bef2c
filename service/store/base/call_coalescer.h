#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace lethe::store {

/// Executes calls that are made at the same time together. While one caller executes, later calls
/// queue; then one of their callers executes all queued calls. There is no timer: a call that finds
/// the coalescer idle is executed at once, and the more callers there are, the more calls share
/// what each would pay alone. A call whose round does not begin in time gets the answer `Answer()`.
/// Thread-safe.
template <typename Call, typename Answer>
class CallCoalescer {
 public:
  /// Executes the calls, at least one, and answers each in its place. Must not throw. Run by one
  /// caller at a time.
  using Execute = std::function<std::vector<Answer>(std::span<const Call* const>)>;

  /// How long a call queues: a round takes milliseconds, and one that hangs ends by itself, by the
  /// limits of a session. What waits behind it fares better alone.
  static constexpr std::chrono::milliseconds kLongestQueued{5'000};

  explicit CallCoalescer(Execute execute, std::chrono::milliseconds longest_queued = kLongestQueued)
      : execute_(std::move(execute)), longest_queued_(longest_queued) {}

  /// Returns when `call` was executed, or was queued for too long.
  Answer Do(const Call& call) {
    Queued own{.call = &call};
    std::unique_lock lock(mutex_);
    queue_.push_back(&own);
    const auto turn = [&] { return own.answer || !executing_; };
    if (!own.changed.wait_for(lock, longest_queued_, turn)) {
      if (std::erase(queue_, &own) > 0) return Answer();
      // It is being executed, and `execute_` ends.
      own.changed.wait(lock, [&] { return own.answer.has_value(); });
    }
    if (!own.answer) ExecuteAllQueued(lock);
    return *std::move(own.answer);
  }

  /// How many calls wait for the next round.
  std::size_t queued() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  struct Queued {
    const Call* call;
    std::optional<Answer> answer = {};
    std::condition_variable changed = {};
  };

  void ExecuteAllQueued(std::unique_lock<std::mutex>& lock) {
    executing_ = true;
    const std::vector<Queued*> round = std::exchange(queue_, {});
    lock.unlock();
    std::vector<const Call*> calls;
    calls.reserve(round.size());
    for (const Queued* one : round) calls.push_back(one->call);
    std::vector<Answer> answers = execute_(calls);
    lock.lock();
    for (std::size_t i = 0; i < round.size(); ++i) {
      round[i]->answer = std::move(answers.at(i));
      // Under the lock: without it the caller may return first, and take the variable with it.
      round[i]->changed.notify_one();
    }
    executing_ = false;
    if (!queue_.empty()) queue_.front()->changed.notify_one();
  }

  const Execute execute_;
  const std::chrono::milliseconds longest_queued_;
  mutable std::mutex mutex_;
  bool executing_ = false;
  std::vector<Queued*> queue_;  ///< In the order of the calls.
};

}  // namespace lethe::store
