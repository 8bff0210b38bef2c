#include "simulation/dispatcher/replica.h"

#include <algorithm>
#include <chrono>

namespace lethe::simulation {

using namespace std::chrono_literals;

Replica::Replica(Stage& stage) : stage_(stage) {
  clock_.Compare(stage_.clock.Now(), stage_.clock.Monotonic());
  for (const Account& account : stage_.accounts) {
    passcode_versions_[account.name] = stage_.clevertap.PasscodeVersion(account.name);
  }
}

void Replica::Live() {
  milliseconds pause = 1s;
  TimePoint busy_at = stage_.clock.Now();
  while (!stage_.IsOver()) {
    const bool busy = Round();
    const TimePoint now = stage_.clock.Now();
    if (busy) {
      pause = 1s;
      busy_at = now;
      continue;
    }
    // In parts: somebody else may bring work in the meantime.
    for (auto idle = stage_.Idle(); idle > 0ms; idle = stage_.Idle()) {
      stage_.scheduler.Sleep(std::min<milliseconds>(idle, 30min));
    }
    stage_.scheduler.Sleep(pause / 2 + stage_.fate.UpTo(pause / 2));
    pause = std::min<milliseconds>(2 * pause, now - busy_at < 1h ? 20s : 30min);
  }
}

bool Replica::Round() {
  clock_.Correct({stage_.clock.Now(), stage_.clock.Monotonic(), stage_.clock.Monotonic()});
  if (!TrustsItsMachine() && !clock_.trusted()) {
    ++stage_.tally.clock_rests;
    return false;
  }
  bool busy = false;
  auto sendable = queue_.Sendable(stage_.routes, kOptions.linger);
  if (sendable.ok()) {
    std::ranges::shuffle(*sendable, stage_.fate.random());
    for (const Route& route : *sendable) busy |= Count(dispatcher_.SendOne(route));
  }
  const core::RescueReport rescued = dispatcher_.RescueAbandoned();
  stage_.tally.rescued += rescued.batches;
  const int rulings = Judge();
  WatchPasscodes();
  const core::ProbeReport probe = prober_.ProbeOne();
  stage_.tally.restored += probe.applied && probe.finding == ProbeFinding::kHealthy;
  const int closed = dispatcher_.CloseWindows().batches;
  const int let_go = dispatcher_.ReleaseHeld().batches;
  stage_.tally.let_go += let_go;
  return busy || probe.applied || rescued.batches + closed + let_go > 0 || rulings > 0;
}

int Replica::Judge() {
  const auto routes = dispatcher_.RoutesToJudge();
  if (!routes.ok()) return 0;
  int rulings = 0;
  for (const Route& route : *routes) {
    for (const auto& ruled : dispatcher_.JudgeRefusals(route).ruled) {
      ++stage_.tally.rulings[ruled.ruling.verdict];
      ++rulings;
    }
  }
  return rulings;
}

void Replica::WatchPasscodes() {
  for (auto& [account, known] : passcode_versions_) {
    const int version = stage_.clevertap.PasscodeVersion(account);
    if (version != known && gate_.ProbeSoon(account).ok()) known = version;
  }
}

bool Replica::Count(const core::SendReport& report) {
  Tally& tally = stage_.tally;
  tally.sent += report.step == core::SendStep::kSent;
  tally.released += report.step == core::SendStep::kReleased;
  tally.withheld += report.step == core::SendStep::kWithheld;
  tally.fenced += report.fenced;
  tally.record_lost += report.step == core::SendStep::kSent && report.error;
  tally.blocked += report.account == AccountVerdict::kBlocked;
  return report.step != core::SendStep::kIdle;
}

void KeepAlive(Stage& stage) {
  while (!stage.IsOver()) {
    bool crashed = false;
    try {
      Replica(stage).Live();
    } catch (const Crash&) {  // No place to sleep: see Fiber.
      crashed = true;
    }
    if (crashed) stage.scheduler.Sleep(stage.fate.UpTo(30s));
  }
}

}  // namespace lethe::simulation
