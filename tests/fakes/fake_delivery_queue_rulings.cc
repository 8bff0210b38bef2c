// What the judge of refusals and an operator see and decide.
#include <algorithm>

#include "fakes/fake_delivery_queue.h"
#include "lethe/operation_traits.h"
#include "lethe/reasons.h"

namespace lethe::fakes {

Result<std::vector<RefusalCase>> FakeDeliveryQueue::RefusalCases() {
  const std::lock_guard lock(mutex_);
  std::map<Route, RefusalEvidence> cases;
  for (const auto& [key, batch] : batches_) {
    if (IsHeldForRefusal(batch) && !gate_.IsBlocked(batch.route.account) &&
        !gate_.IsRouteBlocked(batch.route)) {
      cases[batch.route] = EvidenceOf(batch.route);
    }
  }
  std::vector<RefusalCase> all;
  for (const auto& [route, evidence] : cases) all.push_back({route, evidence});
  return all;
}

Result<Recorded> FakeDeliveryQueue::Settle(const RefusalCase& refusals,
                                           const RefusalRuling& ruling) {
  const std::lock_guard lock(mutex_);
  const Route& route = refusals.route;
  if (gate_.IsBlocked(route.account) || gate_.IsRouteBlocked(route) ||
      EvidenceOf(route) != refusals.evidence) {
    return Recorded::kFenced;
  }
  if (ruling.verdict == RefusalVerdict::kBlock) {
    gate_.Block(
        route,
        {.scope = BlockScope::kRoute, .reason = ruling.account_reason, .resume = ruling.resume});
  }
  const std::optional<TimePoint> accepted_at = LastAcceptedAt(route);
  for (auto& [key, batch] : batches_) {
    if (batch.route != route || batch.state != BatchState::kHeld) continue;
    if (ruling.verdict == RefusalVerdict::kSendAgain &&
        batch.reason == Name(Reason::kRefusedUnconfirmed) && batch.refused_since < accepted_at) {
      batch.state = BatchState::kReady;
    }
    if (ruling.verdict == RefusalVerdict::kReject &&
        batch.reason == Name(Reason::kRefusedConfirmed)) {
      Decide(batch, Rejection(Text(Reason::kRefusedByVendor), batch.unknown_since));
    }
  }
  return Recorded::kApplied;
}

void FakeDeliveryQueue::Resolve(EnvelopeId envelope, const Transition& decision) {
  const std::lock_guard lock(mutex_);
  const auto found = batches_.find({envelope, decision.span.lo});
  if (found == batches_.end()) return;
  BatchRow& batch = found->second;
  if (batch.state != BatchState::kNeedsReview || batch.span != decision.span) return;
  Decide(batch, decision);
  batch.unknown_since.reset();
}

void FakeDeliveryQueue::ResumeAccount(const std::string& account, HeldRefusals held_refusals) {
  const std::lock_guard lock(mutex_);
  const FakeAccountGate::Ended ended = gate_.EndBlocks(account);
  for (auto& [key, batch] : batches_) {
    const Route& route = batch.route;
    if (route.account == account && IsHeldForRefusal(batch) &&
        (ended.account || ended.routes.contains(ApiOf(route.operation)))) {
      Decide(batch, lethe::Resolve(held_refusals, batch.unknown_since));
    }
  }
}

void FakeDeliveryQueue::Decide(BatchRow& batch, const Transition& decision) {
  batch.state = decision.to;
  batch.reason = decision.reason;
  batch.not_before.reset();
  batch.refused_since.reset();
  batch.accepted_at = decision.accepted_at;
  batch.window_end = decision.window_end;
  if (IsFinal(batch.state)) batch.finished_at = clock_.Now();
}

void FakeDeliveryQueue::FreeRefused(const std::string& account) {
  for (auto& [key, batch] : batches_) {
    if (batch.route.account == account && IsHeldForRefusal(batch) &&
        !gate_.IsRouteBlocked(batch.route)) {
      batch.state = BatchState::kReady;
    }
  }
}

void FakeDeliveryQueue::FreeRefused(const Route& route) {
  for (auto& [key, batch] : batches_) {
    if (batch.route == route && IsHeldForRefusal(batch)) batch.state = BatchState::kReady;
  }
}

std::optional<TimePoint> FakeDeliveryQueue::LastAcceptedAt(const Route& route) const {
  std::optional<TimePoint> last;
  for (const auto& [key, slot] : slots_) {
    if (key.account == route.account && key.api == ApiOf(route.operation)) {
      last = std::max(last, slot.accepted_at);
    }
  }
  return last;
}

RefusalEvidence FakeDeliveryQueue::EvidenceOf(const Route& route) const {
  const std::optional<TimePoint> accepted_at = LastAcceptedAt(route);
  RefusalEvidence evidence;
  for (const auto& [key, batch] : batches_) {
    if (batch.route != route) continue;
    const int size = batch.span.size();
    const bool is_waiting = batch.state == BatchState::kOpen || batch.state == BatchState::kReady ||
                            batch.state == BatchState::kSending;
    if (IsHeldForRefusal(batch)) {
      const bool vouched = batch.refused_since < accepted_at;
      (batch.reason == Name(Reason::kRefusedConfirmed) ? evidence.confirmed
       : vouched                                       ? evidence.vouched
                                                       : evidence.unvouched) += size;
    } else if (is_waiting && batch.refused_since) {
      evidence.searching += size;
    } else if (is_waiting) {
      evidence.others_under_way = true;
    } else if (batch.state == BatchState::kRejected &&
               batch.reason == Name(Reason::kRefusedByVendor) &&
               clock_.Now() - *batch.finished_at < kRefusalMemory) {
      evidence.rejected_lately += size;
    }
  }
  return evidence;
}

}  // namespace lethe::fakes
