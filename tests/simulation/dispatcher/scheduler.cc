#include "simulation/dispatcher/scheduler.h"

#include <algorithm>
#include <utility>

namespace lethe::simulation {

void Scheduler::Add(std::function<void()> body) {
  tasks_.push_back(std::make_unique<Task>(std::move(body)));
}

void Scheduler::Run() {
  while (!tasks_.empty()) {
    current_ = &Next();
    current_->fiber.Resume();
    if (current_->fiber.finished()) {
      std::erase_if(tasks_, [this](const auto& task) { return task.get() == current_; });
    }
  }
}

void Scheduler::Sleep(milliseconds duration) {
  current_->wake_at = clock_.Monotonic() + duration;
  current_->fiber.Suspend();
}

Scheduler::Task& Scheduler::Next() {
  const auto wakes_first = [](const auto& a, const auto& b) { return a->wake_at < b->wake_at; };
  const milliseconds first =
      (*std::min_element(tasks_.begin(), tasks_.end(), wakes_first))->wake_at;
  if (clock_.Monotonic() < first) clock_.Advance(first - clock_.Monotonic());
  awake_.clear();
  for (const auto& task : tasks_) {
    if (task->wake_at <= clock_.Monotonic()) awake_.push_back(task.get());
  }
  return *awake_[random_() % awake_.size()];
}

}  // namespace lethe::simulation
