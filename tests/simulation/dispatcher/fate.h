#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "lethe/operation.h"
#include "lethe/time.h"
#include "simulation/dispatcher/scheduler.h"

namespace lethe::simulation {

/// The process dies here.
struct Crash {};

/// What happens to one call on its way to CleverTap, there or back.
enum class Mishap {
  kNone,
  kConnectFails,
  kRequestLost,
  kServerErrorBefore,  ///< 503, and nothing has happened.
  kThrottled,
  kThrottledWithAdvice,  ///< With `Retry-After`.
  kUnauthorized,         ///< 401 once, whatever the passcode is.
  kReplyLost,
  kServerErrorAfter,  ///< 503, and all is done.
  kFaults,            ///< Some of a disassociation to be tried again, or not accounted for.

  // Not in a storm: they would come twice in a row, which is what a bad identifier does.
  kRefusedOnce,  ///< 400 once, although nothing is wrong with the call.
  kConflict,     ///< 409 once, and nothing has happened.
};

/// How often, in [0, 1], a thing goes wrong.
struct Odds {
  double crash = 0;         ///< At each crash point.
  double standstill = 0;    ///< Around each call of the queue: for longer than a lease, perhaps.
  double queue_away = 0;    ///< At each call of the queue, before or after its effect.
  double queue_slow = 0;    ///< At each claim: slow enough to be too late for a call.
  double vendor_slow = 0;   ///< At each call: some outlive their lease.
  double vendor_fails = 0;  ///< At each call.
  std::optional<Mishap> mishap = {};  ///< Of a call that fails; any if empty.
};

/// Decides everything that is left to chance or to a plan.
class Fate {
 public:
  Fate(std::uint64_t seed, const Clock& clock) : random_(seed), clock_(clock) {}

  /// Before this moment faults of all kinds happen, in changing weather; after it none.
  void StormUntil(TimePoint end) { storm_end_ = end; }
  bool IsStormy() const { return clock_.Now() < storm_end_; }

  /// The process that reaches one of these crash points dies there. They are counted from 1, and
  /// only where something has happened since the one before: the others are no different.
  void CrashAt(std::set<int> points) { crash_at_ = std::move(points); }

  /// Decides the next call of this operation that nothing else planned decides.
  void Plan(Operation operation, Mishap mishap) { plan_.emplace_back(operation, mishap); }

  /// Each call of this operation is refused with that probability, whatever it carries.
  void RefuseAtRandom(Operation operation, double probability) {
    random_refusals_[operation] = probability;
  }

  /// Calls of this operation go to so many servers in turn, of which the last refuses all that it
  /// gets.
  void TakeTurns(Operation operation, int servers) { turns_[operation] = {.servers = servers}; }

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
  /// Throws Crash.
  void Kill();
  void SomethingHappened() { something_happened_ = true; }
  bool StandsStill() { return Chance(Today().standstill); }
  bool QueueIsAway() { return Chance(Today().queue_away); }
  bool QueueIsSlow() { return Chance(Today().queue_slow); }
  bool VendorIsSlow() { return Chance(Today().vendor_slow); }
  Mishap OfCall(Operation operation);
  Mishap OfProbe();

 private:
  /// The odds of the moment.
  const Odds& Today();

  Random random_;
  const Clock& clock_;
  TimePoint storm_end_{};
  TimePoint weather_end_{};
  Odds weather_ = {};
  std::deque<std::pair<Operation, Mishap>> plan_;
  std::map<Operation, double> random_refusals_;
  struct Turns {
    int servers = 1;
    int calls = 0;
  };
  std::map<Operation, Turns> turns_;
  std::set<int> crash_at_;
  bool something_happened_ = true;  ///< Since the last crash point that counted.
  int crash_points_ = 0;
  int crashes_ = 0;
};

}  // namespace lethe::simulation
