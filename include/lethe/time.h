#pragma once

#include <chrono>

namespace lethe {

/// An instant in UTC at PostgreSQL's own precision, so that a time that went through the database
/// compares equal.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

using std::chrono::milliseconds;

/// Where the present comes from. Rules never ask for it: they take the time as an argument.
/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// What the clock on the wall says; may jump.
  virtual TimePoint Now() const = 0;

  /// Time since some start; never goes back. For measuring how much of a lease is left.
  virtual milliseconds Monotonic() const = 0;
};

}  // namespace lethe
