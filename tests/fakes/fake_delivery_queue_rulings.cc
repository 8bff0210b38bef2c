// What the judge of refusals and an operator see and decide.
#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "fakes/fake_delivery_queue.h"
#include "lethe/operation_traits.h"
#include "lethe/reasons.h"

namespace lethe::fakes {
namespace {

using namespace std::chrono_literals;

/// Its calls got no answer that tells anything, and it is to be sent again.
bool HadNoAnswer(const BatchRow& batch) {
  return batch.state == BatchState::kReady && batch.unknown_since && batch.attempt_count > 1;
}

bool IsHeldFor(const BatchRow& batch, Reason reason) {
  return batch.state == BatchState::kHeld && batch.reason == Name(reason);
}

}  // namespace

Result<std::vector<RefusalCase>> FakeDeliveryQueue::RefusalCases(
    const std::optional<Route>& route) {
  const std::lock_guard lock(mutex_);
  std::map<Route, RefusalEvidence> cases;
  for (const auto& [key, batch] : batches_) {
    if ((IsHeldForRefusal(batch) || IsStuck(batch)) && !gate_.IsBlocked(batch.route.account) &&
        !gate_.IsRouteBlocked(batch.route)) {
      cases[batch.route] = EvidenceOf(batch.route);
    }
  }
  for (const auto& [key, batch] : batches_) {
    const bool only_refusals_matter =
        gate_.IsBlocked(batch.route.account) && gate_.IsBlockedForRefusals(batch.route);
    if (gate_.EndsByBatch(batch.route) && !only_refusals_matter &&
        (OnlyProbesItself(batch.route) || LacksProbe(batch.route))) {
      cases[batch.route] = {.control_due = EvidenceOf(batch.route).control_due,
                            .only_probes_itself = OnlyProbesItself(batch.route),
                            .lacks_probe = LacksProbe(batch.route)};
    }
  }
  std::vector<RefusalCase> all;
  for (const auto& [of, evidence] : cases) {
    if (!route || of == *route) all.push_back({of, evidence});
  }
  return all;
}

bool FakeDeliveryQueue::OnlyProbesItself(const Route& route) const {
  bool was_answered = false;
  for (const auto& [key, batch] : batches_) {
    if (!MayProbe(batch, route)) continue;
    const bool waits = batch.state == BatchState::kOpen || batch.state == BatchState::kReady;
    const bool is_fresh = waits && !batch.refused_since && !batch.not_before;
    const bool is_held = IsHeldForRefusal(batch);
    if (is_fresh || batch.state == BatchState::kSending) return false;
    if (batch.route != route) continue;
    if (is_held && !gate_.IsInDoubt(route)) return false;
    was_answered |= is_held || (waits && batch.refused_since);
  }
  return was_answered;
}

bool FakeDeliveryQueue::HoldsRefusals(const Route& route) const {
  return std::ranges::any_of(batches_, [&](const auto& entry) {
    return entry.second.route == route && IsHeldForRefusal(entry.second);
  });
}

bool FakeDeliveryQueue::LeavesProbeToOthers(const Route& route) const {
  if (!gate_.IsBlocked(route.account)) return false;
  bool others = false;
  for (const auto& [key, batch] : batches_) {
    const bool waits = batch.state == BatchState::kOpen || batch.state == BatchState::kReady;
    if (batch.route.account != route.account || !waits) continue;
    if (batch.refused_since || batch.not_before) continue;
    if (batch.route == route) return false;
    others |= !gate_.IsRouteBlocked(batch.route);
  }
  return others;
}

bool FakeDeliveryQueue::MayProbe(const BatchRow& batch, const Route& route) const {
  return batch.route == route ||
         (batch.route.account == route.account && gate_.IsBlocked(route.account));
}

bool FakeDeliveryQueue::LacksProbe(const Route& route) const {
  if (!gate_.LetsThrough(route)) return false;
  bool holds_refusals = false;
  for (const auto& [key, batch] : batches_) {
    if (!MayProbe(batch, route)) continue;
    if (batch.state == BatchState::kOpen || batch.state == BatchState::kReady ||
        batch.state == BatchState::kSending) {
      return false;
    }
    holds_refusals |= batch.route == route && IsHeldForRefusal(batch);
  }
  return holds_refusals;
}

Result<Recorded> FakeDeliveryQueue::Settle(const RefusalCase& refusals,
                                           const RefusalRuling& ruling) {
  const std::lock_guard lock(mutex_);
  const Route& route = refusals.route;
  if (ruling.verdict == RefusalVerdict::kProbe) {
    if (!gate_.EndsByBatch(route) || !LacksProbe(route)) return Recorded::kFenced;
    ProbeWithHeld(route);
    return Recorded::kApplied;
  }
  if (gate_.IsBlocked(route.account) || gate_.IsRouteBlocked(route) ||
      EvidenceOf(route) != refusals.evidence) {
    return Recorded::kFenced;
  }
  switch (ruling.verdict) {
    case RefusalVerdict::kWait:
    case RefusalVerdict::kProbe:
    case RefusalVerdict::kControl: break;
    case RefusalVerdict::kSendAgain:
      SendRefusedAgain(route, refusals.evidence.vouched_due > 0);
      break;
    case RefusalVerdict::kReject: Reject(route, ruling.room); break;
    case RefusalVerdict::kReview: ReviewWornOut(route); break;
    case RefusalVerdict::kBlock:
      gate_.Block(
          route,
          {.scope = BlockScope::kRoute, .reason = ruling.account_reason, .resume = ruling.resume});
      break;
  }
  return Recorded::kApplied;
}

void FakeDeliveryQueue::SendRefusedAgain(const Route& route, bool vouched) {
  const std::optional<TimePoint> accepted_at = HealthOf(route).accepted_at;
  BatchRow* next = nullptr;
  for (auto& [key, batch] : batches_) {
    if (batch.route == route && IsHeldForRefusal(batch) && IsDue(batch) &&
        (!vouched || batch.refused_since < accepted_at) &&
        (!next || batch.refused_since < next->refused_since)) {
      next = &batch;
    }
  }
  if (!next) return;
  next->state = BatchState::kReady;
  next->not_before.reset();
}

void FakeDeliveryQueue::ProbeWithHeld(const Route& route) {
  BatchRow* longest = nullptr;
  for (auto& [key, batch] : batches_) {
    if (batch.route != route || !IsHeldForRefusal(batch)) continue;
    if (!longest || batch.refused_since < longest->refused_since) longest = &batch;
  }
  longest->state = BatchState::kReady;
  longest->not_before.reset();
}

void FakeDeliveryQueue::Reject(const Route& route, int room) {
  std::vector<BatchRow*> confirmed;
  for (auto& [key, batch] : batches_) {
    if (batch.route == route && IsHeldFor(batch, Reason::kRefusedConfirmed) && !IsDue(batch)) {
      confirmed.push_back(&batch);
    }
  }
  std::ranges::stable_sort(confirmed, {}, [](const BatchRow* row) { return *row->refused_since; });
  int rejected = 0;
  for (BatchRow* batch : confirmed) {
    batch->may_have_effect = MayHaveEffect(*batch) || HasTwinUnderWay(*batch);
    const bool may_reject = !batch->may_have_effect && OthersTakenSinceItsFirstRefusal(*batch);
    if (may_reject) rejected += batch->span.size();
    Decide(*batch, may_reject && rejected <= room ? Rejection(Text(Reason::kRefusedByVendor), {})
                                                  : RefusalReview(EarlierEffectOf(*batch)));
  }
}

bool FakeDeliveryQueue::MayHaveEffect(const BatchRow& batch) const {
  if (batch.unknown_since || batch.may_have_effect) return true;
  return std::ranges::any_of(attempts_, [&](const auto& entry) {
    const AttemptRow& attempt = entry.second;
    const bool may_be_taken = attempt.outcome == OutcomeClass::kAccepted ||
                              attempt.outcome == OutcomeClass::kUnknown ||
                              (!attempt.outcome && attempt.abandoned);
    return Covers(attempt, batch) && may_be_taken;
  });
}

bool FakeDeliveryQueue::HasTwinUnderWay(const BatchRow& batch) const {
  std::set<std::string> people;
  AddPeople(batch, people);
  return std::ranges::any_of(batches_, [&](const auto& entry) {
    const BatchRow& other = entry.second;
    const bool is_recent = other.state == BatchState::kDone &&
                           *other.finished_at > clock_.Now() - std::chrono::days(1);
    if (other.route != batch.route || !(other.state == BatchState::kAccepted || is_recent)) {
      return false;
    }
    std::set<std::string> others;
    AddPeople(other, others);
    return std::ranges::any_of(others, [&](const auto& one) { return people.contains(one); });
  });
}

bool FakeDeliveryQueue::OthersTakenSinceItsFirstRefusal(const BatchRow& batch) const {
  const auto is_refused = [&](const AttemptRow& attempt) {
    return Covers(attempt, batch) && attempt.started_at >= batch.opened_at &&
           (attempt.outcome == OutcomeClass::kRefused || attempt.outcome == OutcomeClass::kPartial);
  };
  std::optional<TimePoint> alone;
  for (const auto& [key, attempt] : attempts_) {
    if (!is_refused(attempt) || attempt.span != batch.span) continue;
    if (!alone || attempt.started_at < alone) alone = attempt.started_at;
  }
  std::optional<TimePoint> first = alone;
  for (const auto& [key, attempt] : attempts_) {
    if (!alone || !is_refused(attempt) || attempt.started_at < *alone - kOneSearch) continue;
    first = std::min(*first, attempt.started_at);
  }
  const auto taken_at = LastAcceptedAt(batch.route);
  return first && taken_at && *taken_at >= *first;
}

void FakeDeliveryQueue::ReviewWornOut(const Route& route) {
  for (auto& [key, batch] : batches_) {
    const bool is_confirmed = IsHeldFor(batch, Reason::kRefusedConfirmed) && !IsDue(batch);
    if (batch.route == route && IsHeldForRefusal(batch) && !is_confirmed && IsWornOut(batch)) {
      Decide(batch, RefusalReview(EarlierEffectOf(batch)));
    }
  }
}

void FakeDeliveryQueue::Resolve(EnvelopeId envelope, std::span<const Transition> decision) {
  const std::lock_guard lock(mutex_);
  const auto found = batches_.find({envelope, decision.front().span.lo});
  if (found == batches_.end()) return;
  const BatchRow whole = found->second;
  if (whole.state != BatchState::kNeedsReview || whole.span.hi != decision.back().span.hi) return;
  for (const Transition& run : decision) {
    BatchRow& batch = batches_[{envelope, run.span.lo}] = whole;
    batch.span = run.span;
    Decide(batch, run);
    batch.may_have_effect |= batch.unknown_since.has_value();
    batch.unknown_since.reset();
  }
}

void FakeDeliveryQueue::ResumeAccount(const std::string& account, HeldRefusals held_refusals) {
  const std::lock_guard lock(mutex_);
  const FakeAccountGate::Ended ended = gate_.EndBlocks(account);
  for (auto& [key, batch] : batches_) {
    const Route& route = batch.route;
    if (route.account == account && IsHeldForRefusal(batch) &&
        (ended.account || ended.routes.contains(ApiOf(route.operation)))) {
      Decide(batch, lethe::Resolve(held_refusals, EarlierEffectOf(batch)));
    }
  }
}

void FakeDeliveryQueue::Decide(BatchRow& batch, const Transition& decision) {
  batch.state = decision.to;
  batch.reason = decision.reason;
  batch.not_before.reset();
  batch.refused_since.reset();
  batch.lone_refusals = 0;
  batch.vouched_refusals = 0;
  batch.throttled_calls = 0;
  batch.accepted_at = decision.accepted_at;
  batch.window_end = decision.window_end;
  if (batch.state == BatchState::kReady) batch.opened_at = clock_.Now();
  if (IsFinal(batch.state)) batch.finished_at = clock_.Now();
  batch.review_since.reset();
  if (batch.state == BatchState::kNeedsReview) batch.review_since = clock_.Now();
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

std::vector<FakeDeliveryQueue::Slot> FakeDeliveryQueue::SlotsOf(const Route& route) const {
  std::vector<Slot> slots;
  for (const auto& [key, slot] : slots_) {
    if (key.account == route.account && key.api == ApiOf(route.operation)) slots.push_back(slot);
  }
  return slots;
}

std::optional<TimePoint> FakeDeliveryQueue::LastAcceptedAt(const Route& route) const {
  std::optional<TimePoint> last;
  for (const Slot& slot : SlotsOf(route)) last = std::max(last, slot.accepted_at);
  return last;
}

Result<RouteHealth> FakeDeliveryQueue::HealthSince(const Claim& claim) {
  const std::lock_guard lock(mutex_);
  RouteHealth health = HealthOf(claim.route);
  health.is_probe = claim.facts.health.is_probe;
  return health;
}

RouteHealth FakeDeliveryQueue::HealthOf(const Route& route) const {
  RouteHealth health{.accepted_at = LastAcceptedAt(route),
                     .connected_at = gate_.ConnectedAt(route.account),
                     .is_probe = gate_.IsRouteBlocked(route)};
  const auto control = controls_.find(route);
  if (control != controls_.end()) {
    health.accepted_at = std::max(health.accepted_at, control->second.accepted_at);
  }
  for (const Slot& slot : SlotsOf(route)) {
    if (slot.failed_at > health.accepted_at) health.failing += slot.failures;
    health.hiccup_at = std::max(health.hiccup_at, slot.hiccup_at);
  }
  return health;
}

bool FakeDeliveryQueue::IsDue(const BatchRow& batch) const {
  return batch.not_before <= clock_.Now() && batch.not_before;
}

bool FakeDeliveryQueue::WaitsAlone(const BatchRow& batch) const {
  return batch.state == BatchState::kReady && batch.lone_refusals > 0 &&
         batch.not_before > clock_.Now();
}

bool FakeDeliveryQueue::IsStuck(const BatchRow& batch) const {
  if (batch.state != BatchState::kReady) return false;
  const std::optional<TimePoint> accepted_at = HealthOf(batch.route).accepted_at;
  const bool is_unknown =
      HadNoAnswer(batch) &&
      (batch.refused_since ? batch.refused_since : batch.unknown_since) >= accepted_at;
  const bool is_refused = batch.refused_since && batch.refused_since >= accepted_at;
  return is_unknown ||
         (is_refused && (batch.reason == Name(Reason::kThrottled) || WaitsAlone(batch)));
}

void FakeDeliveryQueue::AddPeople(const BatchRow& batch, std::set<std::string>& people) const {
  for (int pos = batch.span.lo; pos <= batch.span.hi; ++pos) {
    people.insert(At(batch.envelope, pos).Reveal());
  }
}

RefusalEvidence FakeDeliveryQueue::EvidenceOf(const Route& route) const {
  const std::optional<TimePoint> accepted_at = HealthOf(route).accepted_at;
  const TimePoint now = clock_.Now();
  RefusalEvidence evidence;
  std::set<std::string> people;
  std::optional<TimePoint> confirmed_since;
  for (const auto& [key, batch] : batches_) {
    if (batch.route != route) continue;
    const int size = batch.span.size();
    if (IsHeldFor(batch, Reason::kRefusedConfirmed) && !IsDue(batch)) {
      evidence.confirmed += size;
      confirmed_since = std::max(confirmed_since, batch.refused_since);
    } else if (IsHeldForRefusal(batch) && batch.refused_since < accepted_at &&
               accepted_at > now - kVouchedFor) {
      evidence.vouched += size;
      if (IsDue(batch)) evidence.vouched_due += size;
    } else if (IsHeldForRefusal(batch)) {
      evidence.unvouched += size;
      if (IsDue(batch)) evidence.due += size;
      if (IsWornOut(batch)) evidence.worn_out += size;
    }
    if (IsHeldForRefusal(batch)) AddPeople(batch, people);
    evidence.lone_under_way |=
        batch.refused_since && batch.lone_refusals > 0 &&
        (batch.state == BatchState::kSending ||
         (batch.state == BatchState::kReady && (!batch.not_before || *batch.not_before <= now)));
    if (IsStuck(batch)) evidence.stuck += size;
    const bool waits = batch.state == BatchState::kOpen || batch.state == BatchState::kReady;
    const bool is_sent = batch.state == BatchState::kSending;
    const bool is_soon = !batch.not_before || batch.not_before <= now + kVouchedFor;
    const bool had_no_answer = batch.unknown_since && batch.attempt_count > (is_sent ? 2 : 1);
    const bool will_be_sent = waits && is_soon && batch.reason != Name(Reason::kThrottled);
    if ((is_sent || will_be_sent) && batch.refused_since && !had_no_answer) {
      evidence.searching += size;
    }
    evidence.others_under_way |=
        !batch.refused_since && (is_sent || (waits && !batch.unknown_since && is_soon));
    if (batch.state == BatchState::kRejected && batch.reason == Name(Reason::kRefusedByVendor) &&
        now - *batch.finished_at < kRefusalMemory) {
      evidence.rejected_lately += size;
      AddPeople(batch, people);
    }
    if (batch.state == BatchState::kNeedsReview && batch.reason == Name(Reason::kRefusedAlone) &&
        now - *batch.review_since < kRefusalMemory) {
      AddPeople(batch, people);
    }
  }
  int judged = 0;
  int taken = 0;
  for (const Slot& slot : SlotsOf(route)) {
    if (std::max(slot.accepted_at, slot.failed_at) > now - kMostlyTakenMemory) {
      judged += slot.judged;
      taken += slot.taken;
    }
    evidence.hiccup_lately |= slot.hiccup_at && now - *slot.hiccup_at < kHiccupMemory;
    evidence.others_under_way |= slot.has_call && slot.lease_until > now;
    evidence.lone_taken |= confirmed_since && slot.lone_accepted_at > confirmed_since;
  }
  evidence.mostly_taken = 2 * taken >= judged;
  const std::optional<TimePoint> taken_at = LastAcceptedAt(route);
  evidence.taken_lately = taken_at && now - *taken_at < kRefusalMemory;
  const auto control = controls_.find(route);
  evidence.refused_people = static_cast<int>(people.size());
  evidence.control_taken = control != controls_.end() && confirmed_since &&
                           control->second.accepted_at > confirmed_since;
  evidence.control_due =
      control == controls_.end() || !control->second.next_at || *control->second.next_at <= now;
  return evidence;
}

}  // namespace lethe::fakes
