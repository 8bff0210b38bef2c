#pragma once

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <functional>

#include "simulation/dispatcher/fiber_sanitizer.h"

namespace lethe::simulation {

/// A body of code with a stack of its own, which can stop in the middle and go on later. It shares
/// the thread of whoever resumes it, and all that C++ keeps for a thread, such as the exceptions
/// being handled: a body must not suspend itself within a `catch`.
class Fiber {
 public:
  /// An exception that leaves `body` ends the program.
  explicit Fiber(std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Runs the body, from where it stopped, until it suspends itself or returns.
  void Resume();

  /// For the body: back to Resume().
  void Suspend();

  bool finished() const { return !inside_; }

 private:
  Fiber(std::function<void()> body, const boost::context::stack_context& stack);

  std::function<void()> body_;
  FiberSanitizer sanitizer_;
  boost::context::fiber inside_;
  boost::context::fiber outside_;
};

}  // namespace lethe::simulation
