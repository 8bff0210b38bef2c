#include "fakes/fake_delivery_queue.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"
#include "lethe/urgency.h"

namespace lethe::fakes {
namespace {

using namespace std::chrono_literals;

std::optional<Claim> NoClaim() { return std::nullopt; }

/// Whether a batch that is being sent may go where the plan says.
bool MayFollowSending(const Plan& plan) {
  return std::ranges::all_of(plan.transitions, [](const Transition& run) {
    return CanMove(BatchState::kSending, run.to);
  });
}

Error BadPlan() { return Error{ErrorCode::kInternal, "BAD_PLAN", "no batch may move so"}; }

}  // namespace

FakeDeliveryQueue::FakeDeliveryQueue(const Clock& clock)
    : clock_(clock), gate_(clock, [this](const std::string& account) {
        const std::lock_guard lock(mutex_);
        FreeRefused(account);
      }) {}

Result<std::vector<Route>> FakeDeliveryQueue::Sendable(std::span<const Route> routes,
                                                       milliseconds linger) {
  const std::lock_guard lock(mutex_);
  std::vector<Route> sendable;
  for (const Route& route : routes) {
    if (gate_.LetsThrough(route) && NextInLine(route, linger, /*oldest=*/true))
      sendable.push_back(route);
  }
  return sendable;
}

Result<std::optional<Claim>> FakeDeliveryQueue::TakeBatch(const ClaimParams& params) {
  const std::lock_guard lock(mutex_);
  const Route& route = params.route;
  if (!gate_.LetsThrough(route) || LeavesProbeToOthers(route)) return NoClaim();
  const std::optional<SlotKey> key = FreeSlot(route);
  if (!key) return NoClaim();
  BatchRow* batch = nullptr;
  const bool oldest = TakesOldest(slots_[*key].turn);
  while (!batch) {
    const BatchRow* const next = NextInLine(route, params.linger, oldest);
    if (!next) return NoClaim();
    batch = HoldBlockedItems(*next);
  }

  const bool probes = gate_.IsBlocked(route.account) || gate_.IsRouteBlocked(route);
  gate_.TakeBatch(route, params.lease);
  Slot& slot = slots_[*key];
  ++slot.epoch;
  ++batch->call_count;
  attempts_[{batch->envelope, batch->span.lo, batch->call_count}] = {.envelope = batch->envelope,
                                                                     .span = batch->span,
                                                                     .number = batch->call_count,
                                                                     .started_at = clock_.Now()};
  Claim claim = ClaimOf(*batch, *key, slot);
  claim.probes = probes;
  if (!FillIn(claim)) {
    if (probes) gate_.ProbeNow(route);
    WriteAnswer(claim, {.outcome = OutcomeClass::kNotSent, .code = "items_missing"});
    batch->state = BatchState::kNeedsReview;
    batch->reason = "items_missing";
    return Error{.code = ErrorCode::kInternal,
                 .reason = "ITEMS_MISSING",
                 .message = "a batch does not have the items that it says"};
  }
  batch->state = BatchState::kSending;
  slot.batch = {batch->envelope, batch->span.lo};
  slot.turn = (slot.turn + 1) % kOldestEvery;
  slot.has_call = false;
  slot.lease_until = clock_.Now() + params.lease;
  return std::optional(std::move(claim));
}

Result<Recorded> FakeDeliveryQueue::Record(const Claim& claim, const VendorReply& reply,
                                           const Plan& plan) {
  if (!MayFollowSending(plan)) return BadPlan();
  const std::lock_guard lock(mutex_);
  WriteAnswer(claim, reply);
  if (!Holds(claim)) return Recorded::kFenced;
  CarryOut(claim, plan);
  Slot& slot = slots_[KeyOf(claim)];
  if (reply.code == Text(CallCode::kTooLate)) {
    if (claim.probes) gate_.ProbeNow(claim.route);
    return Recorded::kApplied;
  }
  slot.cool_down_until = clock_.Now() + plan.slot_cool_down;
  slot.setbacks = plan.setback ? slot.setbacks + 1 : 0;
  if (plan.taken) Count(slot, claim.envelope, *plan.taken);
  Count(slot, RouteEvidenceOf(claim.facts, plan));
  for (const Transition& run : plan.transitions) {
    if (run.to != BatchState::kAccepted) continue;
    slot.accepted_at = claim.facts.started_at;
    if (claim.facts.span.size() == 1) slot.lone_accepted_at = claim.facts.started_at;
  }
  Judge(claim, plan);
  return Recorded::kApplied;
}

Result<Recorded> FakeDeliveryQueue::Release(const Claim& claim) {
  const std::lock_guard lock(mutex_);
  WriteAnswer(claim, {.outcome = OutcomeClass::kNotSent, .code = "released"});
  if (!Holds(claim)) return Recorded::kFenced;
  BatchRow& batch = batches_[{claim.envelope, claim.facts.span.lo}];
  batch.state = BatchState::kReady;
  batch.reason.clear();
  batch.not_before.reset();
  slots_[KeyOf(claim)].batch.reset();
  if (claim.probes) gate_.ProbeNow(claim.route);
  return Recorded::kApplied;
}

Result<std::optional<Claim>> FakeDeliveryQueue::TakeAbandoned(milliseconds lease) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, slot] : slots_) {
    if (!slot.batch || clock_.Now() < slot.lease_until) continue;
    ++slot.epoch;
    slot.lease_until = clock_.Now() + lease;
    const BatchRow& batch = batches_[*slot.batch];
    attempts_[{batch.envelope, batch.span.lo, batch.call_count}].abandoned = true;
    return std::optional(ClaimOf(batch, key, slot));
  }
  return NoClaim();
}

Result<Recorded> FakeDeliveryQueue::RecordAbandoned(const Claim& claim, const Plan& plan) {
  if (!MayFollowSending(plan)) return BadPlan();
  const std::lock_guard lock(mutex_);
  if (!Holds(claim)) return Recorded::kFenced;
  CarryOut(claim, plan);
  return Recorded::kApplied;
}

Result<int> FakeDeliveryQueue::CloseWindows(TimePoint now, int limit) {
  const std::lock_guard lock(mutex_);
  int closed = 0;
  for (auto& [key, batch] : batches_) {
    if (closed == limit) break;
    if (batch.state != BatchState::kAccepted || ClosesBy(now) < batch.window_end) continue;
    batch.state = BatchState::kDone;
    batch.finished_at = clock_.Now();
    ++closed;
  }
  return closed;
}

Result<int> FakeDeliveryQueue::ReleaseHeld(int limit) {
  const std::lock_guard lock(mutex_);
  int released = 0;
  for (auto& [key, batch] : batches_) {
    if (released == limit) break;
    if (batch.state != BatchState::kHeld || batch.reason != Name(Reason::kEarlierOperation))
      continue;
    const auto blocker = batches_.find({batch.blocked_by->envelope, batch.blocked_by->span.lo});
    const bool waits = blocker != batches_.end() && !IsFinal(blocker->second.state) &&
                       blocker->second.span.hi >= batch.blocked_by->span.hi;
    if (waits) continue;
    batch.state = BatchState::kReady;
    batch.reason.clear();
    batch.blocked_by.reset();
    ++released;
  }
  return released;
}

Result<SlotOffer> FakeDeliveryQueue::Lease(const LeaseParams& params) {
  const std::lock_guard lock(mutex_);
  const Route& route = params.route;
  if (IsBlocked(route) && !(params.for_control && gate_.EndsByBatch(route))) {
    return SlotOffer{.blocked = true};
  }
  ControlSchedule& control = controls_[route];
  if (params.for_control && control.next_at && clock_.Now() < *control.next_at) return SlotOffer{};
  const std::optional<SlotKey> key = FreeSlot(route);
  if (!key) return SlotOffer{};
  Slot& slot = slots_[*key];
  ++slot.epoch;
  slot.has_call = true;
  slot.lease_until = clock_.Now() + params.lease;
  if (params.for_control) {
    control.next_at =
        clock_.Now() + std::min<milliseconds>(10min, 1s * (1 << std::min(control.tries, 10)));
    ++control.tries;
  }
  return SlotOffer{.lease = SlotLease{route, key->number, slot.epoch, clock_.Now()}};
}

Status FakeDeliveryQueue::Free(const SlotLease& lease, const SlotEnd& end) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[{lease.route.account, ApiOf(lease.route.operation), lease.slot}];
  if (slot.epoch != lease.epoch) return Ok();
  slot.has_call = false;
  slot.cool_down_until = clock_.Now() + end.cool_down;
  if (end.control == OutcomeClass::kRefused) slot.hiccup_at = clock_.Now();
  if (end.control == OutcomeClass::kAccepted) {
    ControlSchedule& control = controls_[lease.route];
    control.tries = 0;
    control.accepted_at = clock_.Now();
    if (gate_.UnblockByControlCall(lease.route, lease.leased_at, HoldsRefusals(lease.route))) {
      FreeRefused(lease.route.account);
    }
  }
  return Ok();
}

EnvelopeId FakeDeliveryQueue::AddEnvelope(const NewEnvelope& envelope) {
  const std::lock_guard lock(mutex_);
  const EnvelopeId id{++last_envelope_};
  NewEnvelope& kept = envelopes_[id] = envelope;
  for (int pos = static_cast<int>(kept.identifiers.size()); pos < kept.size; ++pos) {
    kept.identifiers.push_back(IdentifierAt(id, pos));
  }
  batches_[{id, 0}] = {.envelope = id,
                       .span = {0, envelope.size - 1},
                       .route = envelope.route,
                       .kind = envelope.kind,
                       .state = envelope.closed ? BatchState::kReady : BatchState::kOpen,
                       .opened_at = clock_.Now(),
                       .urgency = envelope.urgency,
                       .due_at = envelope.due_at};
  return id;
}

void FakeDeliveryQueue::LoseItem(EnvelopeId envelope, int pos) {
  const std::lock_guard lock(mutex_);
  lost_items_.emplace(envelope, pos);
}

void FakeDeliveryQueue::SetConcurrency(int concurrency) {
  const std::lock_guard lock(mutex_);
  concurrency_ = concurrency;
}

std::vector<BatchRow> FakeDeliveryQueue::batches() const {
  const std::lock_guard lock(mutex_);
  std::vector<BatchRow> rows;
  for (const auto& [key, row] : batches_) rows.push_back(row);
  return rows;
}

std::vector<AttemptRow> FakeDeliveryQueue::attempts() const {
  const std::lock_guard lock(mutex_);
  std::vector<AttemptRow> rows;
  for (const auto& [key, row] : attempts_) rows.push_back(row);
  return rows;
}

bool FakeDeliveryQueue::Holds(const Claim& claim) const {
  const auto slot = slots_.find(KeyOf(claim));
  return slot != slots_.end() && slot->second.batch && slot->second.epoch == claim.epoch;
}

FakeDeliveryQueue::SlotKey FakeDeliveryQueue::KeyOf(const Claim& claim) {
  return {claim.route.account, ApiOf(claim.route.operation), claim.slot};
}

bool FakeDeliveryQueue::IsSendable(const BatchRow& batch, milliseconds linger) const {
  const TimePoint now = clock_.Now();
  if (batch.state == BatchState::kOpen) {
    return batch.span.size() >= EnvelopeCapacity(batch.route.operation) ||
           batch.opened_at + linger <= now || batch.opened_at > now;
  }
  const auto is_ready = [now](const BatchRow& one) {
    return one.state == BatchState::kReady && one.not_before.value_or(now) <= now;
  };
  const auto is_of_the_search = [&](const auto& entry) {
    const BatchRow& one = entry.second;
    return one.envelope == batch.envelope && is_ready(one) && one.refused_since &&
           one.lone_refusals == 0;
  };
  return is_ready(batch) &&
         (batch.lone_refusals == 0 || std::ranges::none_of(batches_, is_of_the_search));
}

const Identifier& FakeDeliveryQueue::At(EnvelopeId envelope, int pos) const {
  return envelopes_.at(envelope).identifiers[static_cast<std::size_t>(pos)];
}

RequestId FakeDeliveryQueue::RequestOf(EnvelopeId envelope) const {
  return envelopes_.at(envelope).request.value_or(RequestId{ToInt(envelope)});
}

std::optional<FakeDeliveryQueue::SlotKey> FakeDeliveryQueue::FreeSlot(const Route& route) const {
  for (int number = 1; number <= concurrency_; ++number) {
    SlotKey key{route.account, ApiOf(route.operation), number};
    const auto slot = slots_.find(key);
    if (slot == slots_.end()) return key;
    const TimePoint now = clock_.Now();
    const bool held =
        slot->second.batch || (slot->second.has_call && now < slot->second.lease_until);
    if (!held && slot->second.cool_down_until <= now) return key;
  }
  return std::nullopt;
}

Claim FakeDeliveryQueue::ClaimOf(const BatchRow& batch, const SlotKey& key,
                                 const Slot& slot) const {
  const AttemptRow& attempt = attempts_.at({batch.envelope, batch.span.lo, batch.call_count});
  return {.route = batch.route,
          .kind = batch.kind,
          .envelope = batch.envelope,
          .facts = {.operation = batch.route.operation,
                    .span = batch.span,
                    .attempt_count = batch.attempt_count + 1,
                    .call_count = batch.call_count,
                    .started_at = attempt.started_at,
                    .waiting_since = batch.opened_at,
                    .unknown_since = batch.unknown_since,
                    .may_have_effect = batch.may_have_effect,
                    .refused_since = batch.refused_since,
                    .lone_refusals = batch.lone_refusals,
                    .vouched_refusals = batch.vouched_refusals,
                    .throttled_calls = batch.throttled_calls,
                    .health = HealthOf(batch.route),
                    .slot_setbacks = slot.setbacks,
                    .senders_lost = SendersLost(batch)},
          .slot = key.number,
          .epoch = slot.epoch,
          .identifiers = {}};
}

bool FakeDeliveryQueue::FillIn(Claim& claim) const {
  for (int pos = claim.facts.span.lo; pos <= claim.facts.span.hi; ++pos) {
    if (lost_items_.contains({claim.envelope, pos})) return false;
    claim.identifiers.push_back(At(claim.envelope, pos));
  }
  return true;
}

int FakeDeliveryQueue::SendersLost(const BatchRow& batch) const {
  return static_cast<int>(std::ranges::count_if(attempts_, [&](const auto& entry) {
    const AttemptRow& row = entry.second;
    return row.envelope == batch.envelope && row.span.lo <= batch.span.lo &&
           row.span.hi >= batch.span.hi && !row.outcome;
  }));
}

void FakeDeliveryQueue::Count(Slot& slot, EnvelopeId envelope, bool taken) const {
  if (taken) {
    slot.failures = 0;
    slot.failed_envelope.reset();
    slot.failed_at.reset();
    return;
  }
  if (slot.failed_envelope != envelope) ++slot.failures;
  slot.failed_envelope = envelope;
  slot.failed_at = clock_.Now();
}

void FakeDeliveryQueue::Count(Slot& slot, const RouteEvidence& evidence) const {
  if (evidence.judged == 0) return;
  if (slot.judged >= kMostJudged) {
    slot.judged /= 2;
    slot.taken /= 2;
  }
  slot.judged += evidence.judged;
  slot.taken += evidence.taken;
  if (evidence.hiccup) slot.hiccup_at = clock_.Now();
}

void FakeDeliveryQueue::WriteAnswer(const Claim& claim, const VendorReply& reply) {
  AttemptRow& attempt = attempts_.at({claim.envelope, claim.facts.span.lo, claim.call_number()});
  if (attempt.outcome) return;
  attempt.finished_at = clock_.Now();
  attempt.outcome = reply.outcome;
  attempt.http_status = reply.http_status;
  attempt.code = reply.code;
}

void FakeDeliveryQueue::CarryOut(const Claim& claim, const Plan& plan) {
  const BatchKey key{claim.envelope, claim.facts.span.lo};
  BatchRow whole = batches_.at(key);
  batches_.erase(key);
  if (plan.spends_attempt) ++whole.attempt_count;
  for (const Transition& transition : plan.transitions) {
    BatchRow run = whole;
    run.span = transition.span;
    run.state = transition.to;
    run.reason = transition.reason;
    run.not_before = transition.not_before;
    run.unknown_since = transition.unknown_since;
    run.refused_since = transition.refused_since;
    run.lone_refusals = transition.lone_refusals;
    run.vouched_refusals = transition.vouched_refusals;
    run.throttled_calls = transition.throttled_calls;
    run.accepted_at = transition.accepted_at;
    run.window_end = transition.window_end;
    if (transition.to == BatchState::kRejected) run.finished_at = clock_.Now();
    if (transition.to == BatchState::kNeedsReview) run.review_since = clock_.Now();
    batches_[{claim.envelope, transition.span.lo}] = std::move(run);
  }
  slots_[KeyOf(claim)].batch.reset();
}

void FakeDeliveryQueue::Judge(const Claim& claim, const Plan& plan) {
  switch (plan.account) {
    case AccountVerdict::kUntouched: return;
    case AccountVerdict::kHealthy: {
      const auto [account, route] = gate_.Unblock(claim.route, claim.facts.started_at);
      if (route) FreeRefused(claim.route);
      if (account) FreeRefused(claim.route.account);
      return;
    }
    case AccountVerdict::kBlocked:
      gate_.Block(claim.route, {.scope = plan.block_scope,
                                .reason = plan.account_reason,
                                .resume = plan.resume,
                                .started_at = claim.facts.started_at});
      return;
  }
}

}  // namespace lethe::fakes
