#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulation/dispatcher/stage.h"

namespace lethe::simulation {

inline const Route kErase{"acme", Operation::kErasure};

/// Replicas of the dispatcher over one queue and one CleverTap, and a person who decides what they
/// leave to one. A run is decided by its scenario alone.
class World {
 public:
  explicit World(const Scenario& scenario) : stage_(scenario) {}

  /// There from the start. Those of `poison` CleverTap never takes.
  void AddEnvelope(const fakes::NewEnvelope& envelope, const std::vector<int>& poison = {});

  void AddEnvelope(const fakes::NewEnvelope& envelope, const std::map<int, Oddity>& odd);

  /// Random envelopes of all routes, some with identifiers that CleverTap refuses; in half of all
  /// worlds each, an account's rules change, and its passcode expires, for a while.
  void AddTraffic(int envelopes);

  CleverTap& clevertap() { return stage_.clevertap; }
  Fate& fate() { return stage_.fate; }

  /// Until everything has come to rest, or for months.
  void Run();

  const std::vector<std::string>& violations() const { return stage_.ledger.violations(); }
  int crash_points() const { return stage_.fate.crash_points(); }
  Tally tally() const;
  std::vector<fakes::BatchRow> batches() const { return stage_.queue->batches(); }
  /// Whether CleverTap takes none of the batch's people.
  bool HoldsOnlyPoison(const fakes::BatchRow& batch);
  std::vector<fakes::AttemptRow> attempts() const { return stage_.queue->attempts(); }

 private:
  void AddTroubles();
  Period SomePeriod();

  Stage stage_;
  int traffic_ = 0;
};

}  // namespace lethe::simulation
