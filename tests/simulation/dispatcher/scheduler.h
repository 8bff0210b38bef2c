#pragma once

#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "fakes/fake_clock.h"
#include "simulation/dispatcher/fiber.h"

namespace lethe::simulation {

using Random = std::mt19937_64;

/// Runs tasks one at a time, in an order that `random` decides. Time passes only when all of them
/// sleep. So a run depends on its seed alone.
class Scheduler {
 public:
  Scheduler(fakes::FakeClock& clock, Random& random) : clock_(clock), random_(random) {}

  /// Before Run(). A task must not let an exception out, nor sleep while it handles one.
  void Add(std::function<void()> body);

  /// Until every task has returned.
  void Run();

  /// For tasks: lets the others run, for `duration` at least.
  void Sleep(milliseconds duration);

 private:
  struct Task {
    explicit Task(std::function<void()> body) : fiber(std::move(body)) {}

    Fiber fiber;
    milliseconds wake_at{0};
  };

  /// The task whose turn is next, when time has come to it. There is one.
  Task& Next();

  fakes::FakeClock& clock_;
  Random& random_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<Task*> awake_;
  Task* current_ = nullptr;
};

}  // namespace lethe::simulation
