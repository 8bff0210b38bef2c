#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lethe::runtime {

/// Threads for work that waits for something slow; first come, first served. The destructor returns
/// when all that was taken has run.
class WorkerPool {
 public:
  /// `line`: how much work may wait for a thread.
  WorkerPool(int threads, int line);
  ~WorkerPool();

  /// Whether the work was taken: not if the line is full.
  bool Post(std::function<void()> work);

 private:
  void Run();

  const std::size_t line_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: run on all of the above
};

}  // namespace lethe::runtime
