#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace lethe::store {

/// Calls that are made at the same time, done together: while one caller works, those who come
/// wait, and then one of them does the work of all. Nobody waits for company: a lone call is done
/// at once, and the busier it gets, the more calls share what each would pay alone. Thread-safe.
template <typename Call, typename Answer>
class Gathered {
 public:
  /// Does the calls, at least one, and answers each in its place. Must not throw. Run by one caller
  /// at a time.
  using Work = std::function<std::vector<Answer>(std::span<const Call* const>)>;

  explicit Gathered(Work work) : work_(std::move(work)) {}

  /// Returns when `call` was done.
  Answer Do(const Call& call) {
    Waiting own{.call = &call};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&own);
    own.changed.wait(lock, [&] { return own.answer || !working_; });
    if (!own.answer) WorkForAll(lock);
    return *std::move(own.answer);
  }

  /// How many calls wait for the next round.
  std::size_t waiting() const {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  struct Waiting {
    const Call* call;
    std::optional<Answer> answer = {};
    std::condition_variable changed = {};
  };

  void WorkForAll(std::unique_lock<std::mutex>& lock) {
    working_ = true;
    const std::vector<Waiting*> gathered = std::exchange(waiting_, {});
    lock.unlock();
    std::vector<const Call*> calls;
    calls.reserve(gathered.size());
    for (const Waiting* one : gathered) calls.push_back(one->call);
    std::vector<Answer> answers = work_(calls);
    lock.lock();
    for (std::size_t i = 0; i < gathered.size(); ++i) {
      gathered[i]->answer = std::move(answers.at(i));
      // Under the lock: as soon as it is let go, who waits may be gone, and the variable with it.
      gathered[i]->changed.notify_one();
    }
    working_ = false;
    if (!waiting_.empty()) waiting_.front()->changed.notify_one();
  }

  const Work work_;
  mutable std::mutex mutex_;
  bool working_ = false;
  std::vector<Waiting*> waiting_;  ///< In the order they came.
};

}  // namespace lethe::store
