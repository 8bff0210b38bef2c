#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>

#include "fakes/fake_clock.h"
#include "fakes/fake_vendor.h"
#include "lethe/operation.h"
#include "simulation/dispatcher/scheduler.h"

namespace lethe::simulation {

/// The process dies here.
struct Crash {};

/// How often, in [0, 1], a thing goes wrong.
struct Odds {
  double crash = 0;         ///< At each crash point.
  double queue_away = 0;    ///< At each call of the queue, before or after its effect.
  double queue_slow = 0;    ///< At each claim: slow enough to be too late for a call.
  double vendor_slow = 0;   ///< At each call: some outlive their lease.
  double vendor_fails = 0;  ///< At each call.
  std::optional<fakes::Behaviour> vendor_says = {};  ///< When it fails; any fault if empty.
};

/// Decides everything that is left to chance or to a plan of crashes.
class Fate {
 public:
  Fate(std::uint64_t seed, const fakes::FakeClock& clock) : random_(seed), clock_(clock) {}

  /// Before this moment faults of all kinds happen, in changing weather; after it none.
  void StormUntil(TimePoint end) { storm_end_ = end; }

  /// The process that reaches one of these crash points dies there. They are counted from 1.
  void CrashAt(std::set<int> points) { crash_at_ = std::move(points); }

  int crash_points() const { return crash_points_; }
  int crashes() const { return crashes_; }

  Random& random() { return random_; }
  bool Chance(double odds) { return Uniform() < odds; }
  double Uniform() { return std::uniform_real_distribution<double>()(random_); }
  int Below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }
  milliseconds UpTo(milliseconds longest) {
    return milliseconds(std::uniform_int_distribution<std::int64_t>(0, longest.count())(random_));
  }

  /// Throws Crash if it is time.
  void CrashPoint();
  bool QueueIsAway() { return Chance(Today().queue_away); }
  bool QueueIsSlow() { return Chance(Today().queue_slow); }
  bool VendorIsSlow() { return Chance(Today().vendor_slow); }
  std::optional<fakes::Behaviour> VendorFault(const VendorCall& call);
  std::optional<VendorReply> ProbeFault();

 private:
  /// The odds of the moment.
  const Odds& Today();

  Random random_;
  const fakes::FakeClock& clock_;
  TimePoint storm_end_{};
  TimePoint weather_end_{};
  Odds weather_ = {};
  std::set<int> crash_at_;
  int crash_points_ = 0;
  int crashes_ = 0;
};

}  // namespace lethe::simulation
