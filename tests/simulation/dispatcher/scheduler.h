#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <semaphore>
#include <thread>
#include <vector>

#include "fakes/fake_clock.h"

namespace lethe::simulation {

using Random = std::mt19937_64;

/// Runs tasks one at a time, in an order that `random` decides. Time passes only when all of them
/// sleep. So a run depends on its seed alone, though the tasks are threads.
class Scheduler {
 public:
  Scheduler(fakes::FakeClock& clock, Random& random) : clock_(clock), random_(random) {}

  /// Before Run(). A task must not let an exception out.
  void Add(std::function<void()> body);

  /// Until every task has returned.
  void Run();

  /// For tasks: lets the others run, for `duration` at least.
  void Sleep(milliseconds duration);

 private:
  struct Task {
    std::function<void()> body;
    std::binary_semaphore turn{0};
    milliseconds wake_at{0};
    bool finished = false;
    std::jthread thread;
  };

  /// The task whose turn is next, when time has come to it; null when all have returned.
  Task* Next();
  void GiveTurn(Task* task);

  fakes::FakeClock& clock_;
  Random& random_;
  std::vector<std::unique_ptr<Task>> tasks_;
  Task* current_ = nullptr;
  std::binary_semaphore over_{0};
};

}  // namespace lethe::simulation
