#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/account_prober.h"
#include "core/dispatcher.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "fakes/fake_vendor.h"
#include "simulation/dispatcher/checker.h"
#include "simulation/dispatcher/fate.h"
#include "simulation/dispatcher/scheduler.h"

namespace lethe::simulation {

/// Mistakes that someone could make. Planted to see that the checker finds them.
enum class Defect {
  kNone,
  kForgetsToFence,
  kDropsARun,
  kTakesUnknownForYes,
  kForgetsTheHorizon,
  kSendsTwice,
  kIgnoresTheSlots,
  kClosesEarly,
  kNeverRescues,
};

struct Scenario {
  std::uint64_t seed = 0;
  int replicas = 3;
  milliseconds storm{0};           ///< Faults happen until then; all of them, at random.
  std::set<int> crash_at = {};     ///< Crash points, counted from 1.
  milliseconds sandbox_window{0};  ///< 0: CleverTap's own windows.
  Defect defect = Defect::kNone;
};

/// How often what happened.
struct Tally {
  int crashes = 0;
  int sent = 0;
  int released = 0;
  int withheld = 0;
  int fenced = 0;
  int rescued = 0;
  int record_lost = 0;  ///< An answer that could not be recorded.
  int blocked = 0;
  int resumed = 0;  ///< By a look at the credentials.
  int splits = 0;
  int repeated_effects = 0;
  ItemCounts items = {};

  void Add(const Tally& other);
};

inline constexpr core::DispatcherOptions kOptions{
    .linger = milliseconds(2000),
    .lease = milliseconds(60'000),
    .call_timeout = milliseconds(30'000),
    .record_tries = 5,
    .record_pause = milliseconds(5000),
};
inline constexpr int kConcurrency = 2;

/// Replicas of the dispatcher over one queue and one CleverTap. A run is decided by its scenario
/// alone.
class World {
 public:
  explicit World(const Scenario& scenario);
  ~World();

  /// There from the start.
  void AddEnvelope(const fakes::NewEnvelope& envelope) { Create(envelope); }

  /// Random envelopes of all routes, some with identifiers that CleverTap refuses.
  void AddTraffic(int envelopes);

  fakes::FakeVendor& vendor() { return vendor_; }

  /// Until everything has come to rest, or for a week.
  void Run();

  const std::vector<std::string>& violations() const { return checker_.violations(); }
  int crash_points() const { return fate_.crash_points(); }
  Tally tally() const;
  std::vector<fakes::BatchRow> batches() const { return queue_->batches(); }
  std::vector<fakes::AttemptRow> attempts() const { return queue_->attempts(); }

 private:
  class Queue;
  class Gate;
  class Vendor;
  class Replica;

  /// A call that can be lost, or its result, or the process.
  template <typename Call>
  auto Through(Call call) -> decltype(call());

  EnvelopeId Create(const fakes::NewEnvelope& envelope);
  void CreateAtRandom();
  void Intake();
  void Live();
  bool Settled() const;

  /// How long polling would be in vain, if nobody else changes a batch.
  milliseconds Idle() const;
  TimePoint NextDue() const;
  bool OverTime() const;

  const Scenario scenario_;
  const std::vector<Account> accounts_;
  const std::vector<Route> routes_;
  fakes::FakeClock clock_;
  Fate fate_{scenario_.seed, clock_};
  Scheduler scheduler_{clock_, fate_.random()};
  std::unique_ptr<fakes::FakeDeliveryQueue> queue_;
  fakes::FakeVendor vendor_{{"acme", "globex"}};
  Checker checker_;
  int traffic_left_ = 0;
  Tally tally_;
};

}  // namespace lethe::simulation
