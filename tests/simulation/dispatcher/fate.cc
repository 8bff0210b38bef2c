#include "simulation/dispatcher/fate.h"

#include <algorithm>
#include <utility>

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

Odds DrawWeather(Fate& fate) {
  Odds odds{.crash = 0.01,
            .standstill = 0.005,
            .queue_away = 0.02,
            .queue_slow = 0.02,
            .vendor_slow = 0.05,
            .vendor_fails = 0.2};
  switch (fate.Below(11)) {
    case 0: odds.crash = 0.1; break;
    case 1: odds.queue_away = 0.7; break;
    case 2: odds.vendor_slow = 0.5; break;
    case 3: odds.queue_slow = 0.5; break;
    case 4: odds.standstill = 0.1; break;
    case 5:
      odds.vendor_fails = 0.95;
      odds.mishap = Mishap::kUnauthorized;
      break;
    case 6:
      odds.vendor_fails = 0.95;
      odds.mishap = Mishap::kThrottled;
      break;
    case 7:
      odds.vendor_fails = 0.95;
      odds.mishap = Mishap::kReplyLost;
      break;
    case 8: odds = {}; break;
    default: break;
  }
  return odds;
}

}  // namespace

const Odds& Fate::Today() {
  const TimePoint now = clock_.Now();
  if (now >= storm_end_) {
    weather_ = {};
  } else if (now >= weather_end_) {
    weather_end_ = now + UpTo(20min);
    weather_ = DrawWeather(*this);
  }
  return weather_;
}

void Fate::CrashPoint() {
  const bool counts = std::exchange(something_happened_, false);
  crash_points_ += counts;
  const bool planned = counts && crash_at_.contains(crash_points_);
  if (!planned && !Chance(Today().crash)) return;
  ++crashes_;
  throw Crash{};
}

void Fate::Kill() {
  ++crashes_;
  throw Crash{};
}

Mishap Fate::OfCall(Operation operation) {
  const auto planned = std::ranges::find(plan_, operation, &decltype(plan_)::value_type::first);
  if (planned != plan_.end()) {
    const Mishap mishap = planned->second;
    plan_.erase(planned);
    return mishap;
  }
  const auto turns = turns_.find(operation);
  if (turns != turns_.end() && ++turns->second.calls % turns->second.servers == 0) {
    return Mishap::kRefusedOnce;
  }
  const auto refused = random_refusals_.find(operation);
  if (refused != random_refusals_.end() && Chance(refused->second)) return Mishap::kRefusedOnce;
  const Odds& odds = Today();
  if (!Chance(odds.vendor_fails)) return Mishap::kNone;
  if (odds.mishap) return *odds.mishap;
  // The last is for disassociations, which answer for each of their identifiers.
  const int last = static_cast<int>(Mishap::kFaults);
  return static_cast<Mishap>(1 + Below(operation == Operation::kDisassociation ? last : last - 1));
}

Mishap Fate::OfProbe() {
  const Odds& odds = Today();
  if (!Chance(odds.vendor_fails)) return Mishap::kNone;
  return odds.mishap.value_or(static_cast<Mishap>(1 + Below(static_cast<int>(Mishap::kFaults))));
}

}  // namespace lethe::simulation
