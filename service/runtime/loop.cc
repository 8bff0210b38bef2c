#include "runtime/loop.h"

#include <utility>

namespace lethe::runtime {

Loop::Loop(Parts parts, milliseconds interval, std::function<Next()> pass)
    : parts_(std::move(parts)),
      interval_(interval),
      pass_(std::move(pass)),
      thread_([this] { Run(); }) {}

Loop::~Loop() { Stop(); }

void Loop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Loop::alive() const {
  std::lock_guard lock(mutex_);
  return !running_ || parts_.clock.Monotonic() - running_since_ < kStuckAfter;
}

void Loop::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    running_ = true;
    running_since_ = parts_.clock.Monotonic();
    lock.unlock();
    const Next next = pass_();
    lock.lock();
    running_ = false;
    if (next == Next::kWait) {
      changed_.wait_for(lock, Spread(interval_), [this] { return stopping_; });
    }
  }
}

milliseconds Loop::Spread(milliseconds interval) const {
  return std::chrono::floor<milliseconds>(interval * (0.9 + 0.2 * parts_.jitter()));
}

}  // namespace lethe::runtime
