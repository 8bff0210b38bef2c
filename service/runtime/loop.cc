#include "runtime/loop.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <utility>

namespace lethe::runtime {

void WaitFor(const std::stop_token& stop, milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, time, [] { return false; });
}

Loop::Loop(Parts parts, Job job)
    : parts_(std::move(parts)),
      job_(std::move(job)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void Loop::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Loop::alive() const {
  const std::lock_guard lock(mutex_);
  return !running_since_ || parts_.clock.Monotonic() - *running_since_ < kStuckAfter;
}

void Loop::Run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), job_.name.c_str());
  while (!stop.stop_requested()) {
    SetRunningSince(parts_.clock.Monotonic());
    const Next next = job_.pass();
    SetRunningSince(std::nullopt);
    if (next == Next::kWait) parts_.wait(stop, SpreadInterval());
  }
}

void Loop::SetRunningSince(std::optional<milliseconds> time) {
  const std::lock_guard lock(mutex_);
  running_since_ = time;
}

milliseconds Loop::SpreadInterval() const {
  return std::chrono::floor<milliseconds>(job_.interval * (0.9 + 0.2 * parts_.jitter()));
}

}  // namespace lethe::runtime
