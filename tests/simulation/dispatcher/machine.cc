#include "simulation/dispatcher/machine.h"

#include <chrono>

namespace lethe::simulation {

using namespace std::chrono_literals;

TimePoint Machine::Now() const {
  if (!wanders_ || !fate_.IsStormy()) return truth_.Now();
  if (fate_.Chance(0.1)) error_ = SomeError();
  return truth_.Now() + error_;
}

milliseconds Machine::SomeError() const {
  const milliseconds sign = fate_.Chance(0.5) ? 1ms : -1ms;
  switch (fate_.Below(5)) {
    case 0: return 0ms;
    case 1: return sign.count() * fate_.UpTo(30s);
    case 2: return sign.count() * fate_.UpTo(10min);
    case 3: return sign.count() * fate_.UpTo(72h);
    default: return sign.count() * fate_.UpTo(150 * 24h);
  }
}

}  // namespace lethe::simulation
