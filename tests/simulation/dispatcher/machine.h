#pragma once

#include "lethe/time.h"
#include "simulation/dispatcher/fate.h"

namespace lethe::simulation {

/// The clocks of one replica's machine. Its time is right, or it wanders: it is off by seconds,
/// minutes, days or months, and jumps, while the storm lasts.
class Machine : public Clock {
 public:
  Machine(const Clock& truth, Fate& fate, bool wanders)
      : truth_(truth), fate_(fate), wanders_(wanders) {}

  TimePoint Now() const override;
  milliseconds Monotonic() const override { return truth_.Monotonic(); }

 private:
  milliseconds SomeError() const;

  const Clock& truth_;
  Fate& fate_;
  const bool wanders_;
  mutable milliseconds error_{0};
};

}  // namespace lethe::simulation
