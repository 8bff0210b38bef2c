#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <vector>

#include "lethe/time.h"

namespace lethe::runtime {

/// The time between passes as a test sees it: each wait lasts until the test ends it or the loop
/// stops.
class Waits {
 public:
  void Enter(const std::stop_token& stop, milliseconds time) {
    std::unique_lock lock(mutex_);
    stops_.push_back(stop);
    times_.push_back(time);
    changed_.notify_all();
    changed_.wait(lock, stop, [this, number = times_.size()] { return ended_ >= number; });
  }

  /// The times of all waits so far, once the `count`th has begun. After ten seconds without
  /// it, what there is: no loop will come.
  std::vector<milliseconds> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return times_.size() >= count; });
    return times_;
  }

  /// Ends the waits that have begun.
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = times_.size();
    changed_.notify_all();
  }

  /// The tokens by which the loops of all waits so far are stopped.
  std::vector<std::stop_token> stops() const {
    const std::lock_guard lock(mutex_);
    return stops_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<milliseconds> times_;
  std::size_t ended_ = 0;
  std::vector<std::stop_token> stops_;
};

}  // namespace lethe::runtime
