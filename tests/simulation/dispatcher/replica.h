#pragma once

#include <map>
#include <string>

#include "core/account_prober.h"
#include "core/database_clock.h"
#include "core/dispatcher.h"
#include "simulation/dispatcher/machine.h"
#include "simulation/dispatcher/ports.h"
#include "simulation/dispatcher/stage.h"

namespace lethe::simulation {

/// One process: its passes in turn, until it dies or all is over.
class Replica {
 public:
  explicit Replica(Stage& stage);

  /// May throw Crash.
  void Live();

 private:
  /// All passes once. Whether any had something to do.
  bool Round();
  bool Count(const core::SendReport& report);
  int Judge();  ///< Returns how many rulings took effect.
  void WatchPasscodes();
  bool TrustsItsMachine() const { return stage_.scenario.defect == Defect::kTrustsItsOwnClock; }
  const Clock& DecidesBy() const {
    return TrustsItsMachine() ? static_cast<const Clock&>(machine_) : clock_.deciding();
  }

  Stage& stage_;
  std::map<std::string, int> passcode_versions_;  ///< As far as the gate knows of them.
  Machine machine_{stage_.clock, stage_.fate, stage_.scenario.clocks_wander};
  core::DatabaseClock clock_{machine_};
  VendorPort vendor_{stage_};
  QueuePort queue_{stage_, vendor_};
  SlotsPort slots_{stage_};
  GatePort gate_{stage_, vendor_};
  core::AccountProber prober_{gate_, vendor_, clock_, kOptions.lease};
  core::Dispatcher dispatcher_{
      {.queue = queue_,
       .slots = slots_,
       .vendor = vendor_,
       .clock = DecidesBy(),
       .jitter = [this] { return stage_.fate.Uniform(); },
       .pause = [this](milliseconds duration) { stage_.scheduler.Sleep(duration); }},
      stage_.accounts,
      kOptions};
};

/// Replicas one after the other: who dies is started again.
void KeepAlive(Stage& stage);

}  // namespace lethe::simulation
