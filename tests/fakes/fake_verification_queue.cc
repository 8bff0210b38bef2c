#include "fakes/fake_verification_queue.h"

#include <algorithm>

#include "fakes/queue_rows.h"

namespace lethe::fakes {
namespace {

using enum LookPurpose;

int LookOf(LookPurpose purpose) { return purpose == kSecondLook ? 2 : 1; }

Error BadPlan(std::string why) {
  return {.code = ErrorCode::kInternal, .reason = "BAD_PLAN", .message = std::move(why)};
}

}  // namespace

Result<std::vector<Route>> FakeVerificationQueue::Due(std::span<const Route> routes,
                                                      milliseconds linger) {
  const std::lock_guard lock(mutex_);
  std::vector<Route> due;
  for (const Route& route : routes) {
    const bool any = std::ranges::any_of(
        kAll<LookPurpose>, [&](LookPurpose purpose) { return OldestDue(route, purpose, linger); });
    if (any && !blocked_) due.push_back(route);
  }
  return due;
}

Result<std::optional<LookClaim>> FakeVerificationQueue::Take(const LookParams& params) {
  const std::lock_guard lock(mutex_);
  using Nothing = std::optional<LookClaim>;
  if (blocked_) return Nothing();
  for (int number = 1; number <= options_.concurrency; ++number) {
    Slot& slot = slots_[{params.route.account, number}];
    if (slot.lease_until.value_or(TimePoint()) > clock_.Now()) continue;
    if (slot.cool_down_until > clock_.Now()) continue;
    auto purposes = kAll<LookPurpose>;
    if (slot.epoch % 2 != 0) std::swap(purposes[0], purposes[1]);
    for (const LookPurpose purpose : purposes) {
      Batch* const batch = OldestDue(params.route, purpose, params.linger);
      if (!batch) continue;
      LookClaim claim{.route = params.route,
                      .purpose = purpose,
                      .kind = batch->kind,
                      .envelope = batch->row.envelope,
                      .span = batch->row.span,
                      .due_since = DueSince(*batch, purpose),
                      .tries = batch->tries,
                      .slot = number,
                      .epoch = ++slot.epoch,
                      .setbacks = slot.setbacks};
      if (purpose == kCapture) {
        batch->row.state = BatchState::kReady;
      } else {
        claim.call_number = batch->row.call_count;
        claim.accepted_at = batch->row.accepted_at.value_or(TimePoint());
      }
      slot.lease_until = batch->look_at = clock_.Now() + params.lease;
      FillIn(claim);
      return std::optional(std::move(claim));
    }
    return Nothing();
  }
  return Nothing();
}

void FakeVerificationQueue::FillIn(LookClaim& claim) const {
  for (int pos = claim.span.lo; pos <= claim.span.hi; ++pos) {
    const ItemKey key{claim.envelope, pos};
    LookItem item{.pos = pos, .identifier = IdentifierAt(claim.envelope, pos)};
    const auto first = Fact({claim.envelope, pos, claim.call_number, 1});
    bool wanted = sampled_.contains(key);
    if (lost_.contains(key)) {
      item.identifier.reset();
      wanted = claim.purpose == kBeforeRepeat || (claim.purpose == kReadBack && !first);
    } else if (claim.purpose == kBeforeRepeat) {
      const auto capture = captures_.find(key);
      wanted = capture != captures_.end();
      if (wanted) item.before = capture->second;
      if (!wanted) claim.known.push_back({.pos = pos, .result = ReadBack::kUnclear});
    } else if (claim.purpose == kCapture) {
      wanted = wanted && !captures_.contains(key);
    } else if (claim.purpose == kReadBack) {
      item.resent = WasStillPresent(key, claim.call_number) ||
                    batches_.at({claim.envelope, claim.span.lo}).may_have_effect;
      const auto capture = captures_.find(key);
      if (capture != captures_.end()) item.before = capture->second;
      wanted = !first && (wanted || item.resent);
    } else {
      wanted = first == ReadBack::kAbsent && !Fact({claim.envelope, pos, claim.call_number, 2});
    }
    if (claim.purpose == kReadBack && first) {
      claim.known.push_back({.pos = pos, .result = first, .resent = item.resent});
    }
    if (wanted) claim.items.push_back(std::move(item));
  }
}

Result<Recorded> FakeVerificationQueue::Record(const LookClaim& claim, const LookResult& result) {
  const std::lock_guard lock(mutex_);
  const bool over = !result.again_in;
  if (claim.purpose == kBeforeRepeat || (over && claim.purpose == kReadBack)) {
    if (!Covers({.transitions = result.transitions}, claim.span)) return BadPlan("not covered");
    const BatchState from = claim.purpose == kReadBack ? BatchState::kAccepted : BatchState::kHeld;
    for (const Transition& transition : result.transitions) {
      const bool stays = claim.purpose == kBeforeRepeat && transition.to == from;
      if (!stays && !CanMove(from, transition.to)) return BadPlan("no such edge");
    }
  }
  Slot& slot = slots_[{claim.route.account, claim.slot}];
  if (slot.epoch != claim.epoch || !slot.lease_until || !IsLookedUp(claim, over)) {
    return Recorded::kFenced;
  }
  slot.lease_until.reset();
  slot.setbacks = result.trouble ? slot.setbacks + 1 : 0;
  slot.cool_down_until = clock_.Now() + result.slot_cool_down;
  for (const CapturedItem& item : result.captured) {
    captures_.emplace(ItemKey{claim.envelope, item.pos}, item.capture);
  }
  for (const ReadItem& item : result.read) {
    if (claim.purpose == kBeforeRepeat) break;
    facts_.emplace(FactKey{claim.envelope, item.pos, claim.call_number, LookOf(claim.purpose)},
                   *item.result);
  }
  if (claim.purpose == kBeforeRepeat) {
    EndBeforeRepeat(claim, result);
    return Recorded::kApplied;
  }
  Batch& batch = batches_.at({claim.envelope, claim.span.lo});
  batch.tries = result.trouble && !over ? batch.tries + 1 : 0;
  batch.look_at.reset();
  if (!over) {
    batch.look_at = clock_.Now() + *result.again_in;
  } else if (claim.purpose == kCapture) {
    batch.row.captured_at = clock_.Now();
  } else if (claim.purpose == kReadBack) {
    Conclude(claim, result);
  } else {
    batch.row.second_look_at.reset();
  }
  return Recorded::kApplied;
}

bool FakeVerificationQueue::IsLookedUp(const LookClaim& claim, bool over) const {
  const LookedBatchRow& row = batches_.at({claim.envelope, claim.span.lo}).row;
  switch (claim.purpose) {
    case kCapture:
      return row.state == BatchState::kReady &&
             (!over || (!row.captured_at && row.span == claim.span));
    case kReadBack: return row.state == BatchState::kAccepted;
    case kBeforeRepeat: return row.state == BatchState::kHeld && row.span == claim.span;
    case kSecondLook: break;
  }
  return row.state == BatchState::kDone && (!over || row.second_look_at);
}

void FakeVerificationQueue::EndBeforeRepeat(const LookClaim& claim, const LookResult& result) {
  const Batch whole = batches_.extract({claim.envelope, claim.span.lo}).mapped();
  for (const Transition& transition : result.transitions) {
    Batch run = whole;
    const bool stays = transition.to == BatchState::kHeld;
    run.row.span = transition.span;
    run.row.state = transition.to;
    run.row.reason = transition.reason;
    run.row.unknown_since = transition.unknown_since;
    run.tries = stays && result.trouble ? whole.tries + 1 : 0;
    run.look_at.reset();
    if (stays) run.look_at = clock_.Now() + *result.again_in;
    batches_[{claim.envelope, transition.span.lo}] = std::move(run);
  }
}

void FakeVerificationQueue::Conclude(const LookClaim& claim, const LookResult& result) {
  const Batch whole = batches_.extract({claim.envelope, claim.span.lo}).mapped();
  for (const Transition& transition : result.transitions) {
    Batch run = whole;
    run.row.span = transition.span;
    run.row.state = transition.to;
    run.row.reason = transition.reason;
    run.row.unknown_since = transition.unknown_since;
    run.may_have_effect |= transition.to != BatchState::kDone;
    if (transition.to == BatchState::kDone) {
      run.row.finished_at = clock_.Now();
      for (int pos = transition.span.lo; pos <= transition.span.hi && options_.second_look; ++pos) {
        if (Fact({claim.envelope, pos, claim.call_number, 1}) != ReadBack::kAbsent) continue;
        run.row.second_look_at = clock_.Now() + *options_.second_look;
      }
    } else {
      run.row.accepted_at.reset();
      run.row.window_end.reset();
    }
    batches_[{claim.envelope, transition.span.lo}] = std::move(run);
  }
}

Result<int> FakeVerificationQueue::ForgetCaptures(int limit) {
  const std::lock_guard lock(mutex_);
  int forgotten = 0;
  for (const auto& [key, batch] : batches_) {
    if (!IsFinal(batch.row.state)) continue;
    for (int pos = batch.row.span.lo; pos <= batch.row.span.hi && forgotten < limit; ++pos) {
      forgotten += static_cast<int>(captures_.erase({batch.row.envelope, pos}));
    }
  }
  return forgotten;
}

EnvelopeId FakeVerificationQueue::AddBatch(const NewLookedBatch& batch) {
  const std::lock_guard lock(mutex_);
  const EnvelopeId envelope{++last_envelope_};
  Batch& added = batches_[{envelope, 0}];
  added.row.envelope = envelope;
  added.row.span = {0, batch.size - 1};
  added.row.state = batch.state;
  added.route = batch.route;
  added.kind = batch.kind;
  added.opened_at = clock_.Now();
  added.not_before = batch.not_before;
  added.may_have_effect = batch.may_have_effect;
  if (batch.state == BatchState::kAccepted) {
    added.row.call_count = 1;
    added.row.accepted_at = clock_.Now();
    added.row.window_end = clock_.Now() + batch.window;
  }
  for (const int pos : batch.sampled) sampled_.emplace(envelope, pos);
  return envelope;
}

void FakeVerificationQueue::AcceptAgain(EnvelopeId envelope, int lo) {
  const std::lock_guard lock(mutex_);
  LookedBatchRow& row = batches_.at({envelope, lo}).row;
  row.state = BatchState::kAccepted;
  row.reason.clear();
  ++row.call_count;
  row.accepted_at = row.window_end = clock_.Now();
}

void FakeVerificationQueue::LoseAnswer(EnvelopeId envelope, int lo) {
  const std::lock_guard lock(mutex_);
  LookedBatchRow& row = batches_.at({envelope, lo}).row;
  row.state = BatchState::kHeld;
  row.reason = "look_before_repeat";
  ++row.call_count;
  row.unknown_since = clock_.Now();
}

void FakeVerificationQueue::Split(EnvelopeId envelope, int lo, int at) {
  const std::lock_guard lock(mutex_);
  Batch& first = batches_.at({envelope, lo});
  Batch second = first;
  second.row.span.lo = at;
  first.row.span.hi = at - 1;
  batches_[{envelope, at}] = std::move(second);
}

void FakeVerificationQueue::End(EnvelopeId envelope, int lo, BatchState state) {
  const std::lock_guard lock(mutex_);
  batches_.at({envelope, lo}).row.state = state;
}

void FakeVerificationQueue::LoseItem(EnvelopeId envelope, int pos) {
  const std::lock_guard lock(mutex_);
  lost_.emplace(envelope, pos);
}

void FakeVerificationQueue::SetBlocked(bool blocked) {
  const std::lock_guard lock(mutex_);
  blocked_ = blocked;
}

std::vector<LookedBatchRow> FakeVerificationQueue::batches() const {
  const std::lock_guard lock(mutex_);
  std::vector<LookedBatchRow> rows;
  for (const auto& [key, batch] : batches_) rows.push_back(batch.row);
  return rows;
}

std::vector<ReadBackRow> FakeVerificationQueue::read_backs() const {
  const std::lock_guard lock(mutex_);
  std::vector<ReadBackRow> rows;
  for (const auto& [key, result] : facts_) {
    const auto& [envelope, pos, call, look] = key;
    rows.push_back({envelope, pos, call, look, result});
  }
  return rows;
}

int FakeVerificationQueue::captures() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(captures_.size());
}

FakeVerificationQueue::Batch* FakeVerificationQueue::OldestDue(const Route& route,
                                                               LookPurpose purpose,
                                                               milliseconds linger) {
  Batch* oldest = nullptr;
  for (auto& [key, batch] : batches_) {
    if (batch.route != route || !IsDue(batch, purpose, linger)) continue;
    // Captures go by envelope, as sending does.
    const bool older =
        !oldest || (purpose != kCapture && DueSince(batch, purpose) < DueSince(*oldest, purpose));
    if (older) oldest = &batch;
  }
  return oldest;
}

TimePoint FakeVerificationQueue::DueSince(const Batch& batch, LookPurpose purpose) {
  switch (purpose) {
    case kCapture: return batch.not_before.value_or(batch.opened_at);
    case kReadBack: return *batch.row.window_end;
    case kBeforeRepeat: return *batch.row.unknown_since;
    case kSecondLook: break;
  }
  return *batch.row.second_look_at;
}

bool FakeVerificationQueue::IsDue(const Batch& batch, LookPurpose purpose,
                                  milliseconds linger) const {
  const TimePoint now = clock_.Now();
  if (batch.look_at.value_or(now) > now) return false;
  switch (purpose) {
    case kCapture:
      return !batch.row.captured_at && batch.route.operation == Operation::kErasure &&
             batch.kind == IdentifierKind::kIdentity && !batch.may_have_effect &&
             !batch.row.unknown_since &&
             ((batch.row.state == BatchState::kReady && batch.not_before.value_or(now) <= now) ||
              (batch.row.state == BatchState::kOpen && batch.opened_at + linger <= now));
    case kReadBack: return batch.row.state == BatchState::kAccepted && *batch.row.window_end <= now;
    case kBeforeRepeat: return batch.row.state == BatchState::kHeld;
    case kSecondLook: break;
  }
  return batch.row.second_look_at && *batch.row.second_look_at <= now;
}

bool FakeVerificationQueue::WasStillPresent(const ItemKey& item, int before_call) const {
  for (int call = 1; call < before_call; ++call) {
    if (Fact({item.first, item.second, call, 1}) == ReadBack::kStillPresent) return true;
  }
  return false;
}

std::optional<ReadBack> FakeVerificationQueue::Fact(const FactKey& key) const {
  const auto fact = facts_.find(key);
  return fact == facts_.end() ? std::nullopt : std::optional(fact->second);
}

}  // namespace lethe::fakes
