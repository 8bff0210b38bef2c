#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lethe::runtime {

/// Threads for work that waits for something slow; first come, first served. The destructor returns
/// when all that was posted has run.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  ~WorkerPool();

  void Post(std::function<void()> work);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: run on all of the above
};

}  // namespace lethe::runtime
