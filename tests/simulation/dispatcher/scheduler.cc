#include "simulation/dispatcher/scheduler.h"

#include <algorithm>
#include <utility>

namespace lethe::simulation {

void Scheduler::Add(std::function<void()> body) {
  tasks_.push_back(std::make_unique<Task>());
  tasks_.back()->body = std::move(body);
}

void Scheduler::Run() {
  for (const auto& task : tasks_) {
    task->thread = std::jthread([this, &task = *task] {
      task.turn.acquire();
      task.body();
      task.finished = true;
      GiveTurn(Next());
    });
  }
  GiveTurn(Next());
  over_.acquire();
}

void Scheduler::Sleep(milliseconds duration) {
  Task& self = *current_;
  self.wake_at = clock_.Monotonic() + duration;
  Task* const next = Next();
  if (next == &self) return;
  GiveTurn(next);
  self.turn.acquire();
}

void Scheduler::GiveTurn(Task* task) {
  current_ = task;
  (task == nullptr ? over_ : task->turn).release();
}

Scheduler::Task* Scheduler::Next() {
  std::vector<Task*> alive;
  for (const auto& task : tasks_) {
    if (!task->finished) alive.push_back(task.get());
  }
  if (alive.empty()) return nullptr;
  const auto wakes_first = [](const Task* a, const Task* b) { return a->wake_at < b->wake_at; };
  const milliseconds first = (*std::min_element(alive.begin(), alive.end(), wakes_first))->wake_at;
  if (clock_.Monotonic() < first) clock_.Advance(first - clock_.Monotonic());
  std::erase_if(alive, [this](const Task* task) { return clock_.Monotonic() < task->wake_at; });
  return alive[random_() % alive.size()];
}

}  // namespace lethe::simulation
