#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "core/dispatcher.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_delivery_queue.h"
#include "lethe/account.h"
#include "lethe/request.h"
#include "simulation/dispatcher/call_checker.h"
#include "simulation/dispatcher/clevertap.h"
#include "simulation/dispatcher/defect.h"
#include "simulation/dispatcher/fate.h"
#include "simulation/dispatcher/ledger.h"
#include "simulation/dispatcher/row_checker.h"
#include "simulation/dispatcher/scheduler.h"

namespace lethe::simulation {

struct Scenario {
  std::uint64_t seed = 0;
  int replicas = 3;
  milliseconds storm{0};           ///< Faults happen until then; all of them, at random.
  std::set<int> crash_at = {};     ///< Crash points, counted from 1.
  milliseconds sandbox_window{0};  ///< 0: CleverTap's own windows.
  ControlCalls control_calls = ControlCalls::kOn;
  milliseconds patience = std::chrono::days(60);  ///< The run ends then at the latest.
  bool clocks_wander = false;  ///< Those of the replicas' machines, while the storm lasts.
  bool at_night = false;  ///< The storm begins an hour before the night, and nothing but the night
                          ///< ends a horizon.
  bool minds_change = false;  ///< While the storm lasts, people cancel, hold and release.
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
  int splits = 0;
  int let_go = 0;  ///< Batches that had waited for an earlier operation.
  std::map<RefusalVerdict, int> rulings = {};
  int restored = 0;                           ///< Blocks that a look at the credentials ended.
  int resumed = 0;                            ///< Blocks that a person ended.
  int decided = 0;                            ///< Reviews.
  std::map<RequestChange, int> changed = {};  ///< Items.
  int control_calls = 0;
  int repeated_effects = 0;
  int clock_rests = 0;  ///< Rounds that a replica left out because of its clock.
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

/// What all tasks of one run share.
class Stage {
 public:
  explicit Stage(const Scenario& the_scenario);

  /// With its place in the ledger.
  EnvelopeId Create(const fakes::NewEnvelope& envelope);

  /// Nothing is left to do, or too much time has passed.
  bool IsOver() const;

  /// How long polling would be in vain, if nobody else changes a batch.
  milliseconds Idle() const;

  const Scenario scenario;
  const std::vector<Account> accounts;
  const std::vector<Route> routes;
  fakes::FakeClock clock;
  Fate fate;
  Scheduler scheduler;
  const std::unique_ptr<fakes::FakeDeliveryQueue> queue;
  CleverTap clevertap;
  Ledger ledger;
  RowChecker rows;
  CallChecker calls;
  Tally tally;
  std::optional<TimePoint> next_envelope_at;  ///< While there is one to come.
};

}  // namespace lethe::simulation
