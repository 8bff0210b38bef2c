#include "simulation/dispatcher/fate.h"

#include <utility>
#include <vector>

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

Odds DrawWeather(Fate& fate) {
  Odds odds{.crash = 0.01,
            .queue_away = 0.02,
            .queue_slow = 0.02,
            .vendor_slow = 0.05,
            .vendor_fails = 0.2};
  switch (fate.Below(9)) {
    case 0: odds.crash = 0.1; break;
    case 1: odds.queue_away = 0.7; break;
    case 2: odds.vendor_slow = 0.5; break;
    case 3: odds.queue_slow = 0.5; break;
    case 4:
      odds.vendor_fails = 0.95;
      odds.vendor_says = fakes::RefusesCredentials();
      break;
    case 5:
      odds.vendor_fails = 0.95;
      odds.vendor_says = fakes::Throttles();
      break;
    case 6:
      odds.vendor_fails = 0.95;
      odds.vendor_says = fakes::ReplyLostAfterEffect();
      break;
    case 7: odds = {}; break;
    default: break;
  }
  return odds;
}

fakes::Behaviour SomeFaults(Fate& fate, int size) {
  std::vector<Fault> faults;
  for (int i = 0; i < size; ++i) {
    if (fate.Chance(0.3))
      faults.push_back({.index = i, .kind = FaultKind::kTransient, .code = "555"});
    else if (fate.Chance(0.1))
      faults.push_back({.index = i, .kind = FaultKind::kUnaccountable, .code = ""});
  }
  if (faults.empty()) return fakes::Accepts();
  return fakes::FindsFaults(std::move(faults));
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
  ++crash_points_;
  if (!crash_at_.contains(crash_points_) && !Chance(Today().crash)) return;
  ++crashes_;
  throw Crash{};
}

std::optional<fakes::Behaviour> Fate::VendorFault(const VendorCall& call) {
  const Odds& odds = Today();
  if (!Chance(odds.vendor_fails)) return std::nullopt;
  if (odds.vendor_says) return odds.vendor_says;
  switch (Below(8)) {
    case 0: return fakes::ReplyLostAfterEffect();
    case 1: return fakes::RequestLost();
    case 2: return fakes::ServerErrorAfterEffect();
    case 3: return fakes::ServerErrorWithoutEffect();
    case 4: return fakes::ConnectFails();
    case 5: return fakes::Throttles();
    case 6: return fakes::RefusesCredentials();
    default:
      if (call.operation != Operation::kDisassociation) return std::nullopt;
      return SomeFaults(*this, static_cast<int>(call.identifiers.size()));
  }
}

std::optional<VendorReply> Fate::ProbeFault() {
  if (!Chance(Today().vendor_fails)) return std::nullopt;
  switch (Below(3)) {
    case 0: return VendorReply{.outcome = OutcomeClass::kUnknown, .http_status = 503};
    case 1: return VendorReply{.outcome = OutcomeClass::kMisconfigured, .http_status = 404};
    default: return VendorReply{.outcome = OutcomeClass::kAccountBlocked, .http_status = 401};
  }
}

}  // namespace lethe::simulation
