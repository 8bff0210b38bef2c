#include <algorithm>
#include <chrono>

#include "lethe/reasons.h"
#include "simulation/dispatcher/ports.h"

namespace lethe::simulation {

using namespace std::chrono_literals;

void StorePort::StandStill() {
  const milliseconds longest = stage_.fate.StandsStill() ? 2 * kOptions.lease : 0ms;
  stage_.scheduler.Sleep(stage_.fate.UpTo(longest));
}

Result<std::vector<Route>> QueuePort::Sendable(std::span<const Route> routes, milliseconds linger) {
  return Through([&] { return stage_.queue->Sendable(routes, linger); });
}

Result<std::optional<Claim>> QueuePort::TakeBatch(const ClaimParams& params) {
  auto taken = Through([&] {
    auto claim = stage_.queue->TakeBatch(params);
    if (claim.ok() && *claim) {
      vendor_.Claimed(**claim, stage_.clock.Now() + params.lease);
      stage_.calls.Claimed(**claim);
    }
    if (stage_.fate.QueueIsSlow()) stage_.scheduler.Sleep(stage_.fate.UpTo(params.lease));
    return claim;
  });
  if (!taken.ok() || !*taken) return taken;
  AttemptFacts& facts = (*taken)->facts;
  if (Has(Defect::kForgetsTheHorizon)) facts.unknown_since.reset();
  if (Has(Defect::kForgetsWhenItWasAllowed)) facts.waiting_since = stage_.clock.Now();
  if (Has(Defect::kBlocksForOnePayload) || Has(Defect::kNeverHalvesWithoutAnswer))
    facts.health = {};
  const bool is_suspect = facts.refused_since && facts.span.size() == 1;
  if (Has(Defect::kRejectsForCompany) && is_suspect) {
    facts.lone_refusals = facts.vouched_refusals = kConfirmingRefusal - 1;
    if (facts.health.accepted_at) facts.refused_since = *facts.health.accepted_at - 1us;
  }
  return taken;
}

Result<RouteHealth> QueuePort::HealthSince(const Claim& claim) {
  if (Has(Defect::kBlocksForOnePayload) || Has(Defect::kNeverHalvesWithoutAnswer)) {
    return claim.facts.health;
  }
  return Through([&] { return stage_.queue->HealthSince(claim); });
}

Result<Recorded> QueuePort::Record(const Claim& claim, const VendorReply& reply, const Plan& plan) {
  Plan kept = plan;
  if (Has(Defect::kDropsARun) && kept.transitions.size() > 1) kept.transitions.pop_back();
  if (Has(Defect::kCountsFreeCalls)) kept.spends_attempt = true;
  for (Transition& run : kept.transitions) {
    if (Has(Defect::kDoesNotWaitForTheLastTries) && run.to == BatchState::kHeld && run.not_before) {
      run.not_before = std::min(*run.not_before, stage_.clock.Now() + 20s);
    }
    if (Has(Defect::kRejectsAtFirstRefusal) && run.to == BatchState::kHeld) {
      run.to = BatchState::kRejected;
      run.reason = Name(Reason::kRefusedByVendor);
    }
  }
  stage_.tally.splits += kept.transitions.size() > 1;
  return Through([&] {
    const auto recorded = stage_.queue->Record(claim, reply, kept);
    stage_.calls.Recorded(claim, reply);
    return recorded;
  });
}

Result<Recorded> QueuePort::Release(const Claim& claim) {
  return Through([&] { return stage_.queue->Release(claim); });
}

Result<std::optional<Claim>> QueuePort::TakeAbandoned(milliseconds lease) {
  if (Has(Defect::kNeverRescues)) return std::optional<Claim>{};
  auto taken = Through([&] { return stage_.queue->TakeAbandoned(lease); });
  if (Has(Defect::kMakesTheCallAThirdTime) && taken.ok() && *taken)
    (*taken)->facts.senders_lost = 0;
  return taken;
}

Result<Recorded> QueuePort::RecordAbandoned(const Claim& claim, const Plan& plan) {
  return Through([&] { return stage_.queue->RecordAbandoned(claim, plan); });
}

Result<std::vector<RefusalCase>> QueuePort::RefusalCases(const std::optional<Route>& route) {
  auto cases = Through([&] { return stage_.queue->RefusalCases(route); });
  if (!cases.ok()) return cases;
  for (auto& [of, evidence] : *cases) {
    evidence_[of] = evidence;
    if (Has(Defect::kForgetsWhomItRejected)) evidence.rejected_lately = 0;
    if (Has(Defect::kBlocksForAFew) && evidence.unvouched > 0 && !evidence.others_under_way) {
      evidence.mostly_taken = false;
      evidence.refused_people += kManyRefusals;
    }
  }
  return cases;
}

Result<Recorded> QueuePort::Settle(const RefusalCase& refusals, const RefusalRuling& ruling) {
  const RefusalCase real{refusals.route, evidence_.at(refusals.route)};
  RefusalRuling kept = ruling;
  if (Has(Defect::kResumesByItself)) kept.resume = Resume::kBatch;
  return Through([&] {
    const auto settled = stage_.queue->Settle(real, kept);
    if (!settled.ok() || *settled != Recorded::kApplied) return settled;
    stage_.fate.SomethingHappened();
    if (ruling.verdict == RefusalVerdict::kBlock && ruling.resume == Resume::kOperator) {
      stage_.calls.BlockedForOperator(refusals.route);
    }
    return settled;
  });
}

Result<int> QueuePort::CloseWindows(TimePoint now, int limit) {
  const milliseconds early = Has(Defect::kClosesEarly) ? 1h : 0ms;
  return Through([&] { return stage_.queue->CloseWindows(now + early, limit); });
}

Result<int> QueuePort::ReleaseHeld(int limit) {
  if (Has(Defect::kNeverReleases)) return 0;
  return Through([&] { return stage_.queue->ReleaseHeld(limit); });
}

}  // namespace lethe::simulation
