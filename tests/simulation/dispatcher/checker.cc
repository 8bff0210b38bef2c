#include "simulation/dispatcher/checker.h"

#include <algorithm>

#include "lethe/decision.h"

namespace lethe::simulation {

using fakes::AttemptRow;
using fakes::BatchRow;

void Checker::Look(const fakes::FakeDeliveryQueue& queue) {
  std::swap(seen_, seen_before_);
  seen_.clear();
  queue.VisitBatches([this](const BatchRow& batch) {
    seen_.push_back({.envelope = batch.envelope, .span = batch.span, .state = batch.state});
  });
  const auto changed = std::ranges::mismatch(seen_, seen_before_).in1;
  if (changed == seen_.end() && seen_.size() == seen_before_.size()) return;
  CheckCover();
  CheckMoves({changed, seen_.end()});
}

void Checker::CheckCover() {
  auto batch = seen_.begin();
  bool whole = true;
  for (const auto& [envelope, size] : sizes_) {
    int next = 0;
    while (batch != seen_.end() && batch->envelope == envelope && batch->span.lo == next &&
           batch->span.hi >= batch->span.lo) {
      next = batch->span.hi + 1;
      ++batch;
    }
    whole &= next == size;
  }
  if (!whole || batch != seen_.end()) Violated("an identifier is lost or in two batches");
}

void Checker::CheckMoves(std::span<const Seen> batches) {
  for (const Seen& batch : batches) {
    for (int pos = batch.span.lo; pos <= batch.span.hi; ++pos) {
      const auto [known, added] = states_.try_emplace({batch.envelope, pos}, batch.state);
      if (!added && known->second != batch.state && !CanMove(known->second, batch.state)) {
        Violated("a batch moved from " + std::string(Name(known->second)) + " to " +
                 std::string(Name(batch.state)));
      }
      known->second = batch.state;
    }
  }
}

int Checker::CallStarted(const VendorCall& call, TimePoint lease_until) {
  const Route route{std::string(call.account), call.operation};
  const TimePoint now = clock_.Now();
  // Who outlived the lease no longer counts: a slot can fence PostgreSQL, not a call on its way.
  const auto leased = std::count_if(in_flight_.begin(), in_flight_.end(), [&](const auto& entry) {
    return entry.second.route == route && now < entry.second.lease_until;
  });
  if (now < lease_until && leased >= concurrency_) Violated("more calls in flight than slots");

  for (const Identifier& identifier : call.identifiers) {
    const Effects& effects = EffectsOn(call.operation, identifier);
    // The horizon is judged when the attempt is written down; the call follows within the lease.
    if (!effects.empty() && now > ResendUntil(call.operation, effects.front(), hours_) + lease_) {
      Violated("an identifier was sent again past the resend horizon");
    }
  }
  in_flight_[++last_ticket_] = {route, lease_until};
  return last_ticket_;
}

void Checker::Conclude(const fakes::FakeDeliveryQueue& queue) {
  const std::set<std::string> blocked = queue.blocked_accounts();
  Look(queue);
  const std::vector<AttemptRow> attempts = queue.attempts();
  for (const BatchRow& batch : queue.batches()) {
    switch (batch.state) {
      case BatchState::kDone:
        if (!batch.finished_at || *batch.finished_at < *batch.window_end ||
            *batch.window_end < WindowEnd(batch.route.operation, *batch.accepted_at, hours_)) {
          Violated("a batch was called done before its window had passed");
        }
        break;
      case BatchState::kRejected:
      case BatchState::kNeedsReview: break;
      case BatchState::kHeld:
        // Nothing is left to be sent that could show whether it is the identifier or the rule.
        if (!blocked.contains(batch.route.account)) Violated("a batch never came to rest");
        break;
      default: Violated("a batch never came to rest"); break;
    }
    for (int pos = batch.span.lo; pos <= batch.span.hi; ++pos) ConcludeItem(batch, pos, attempts);
  }
}

void Checker::ConcludeItem(const BatchRow& batch, int pos,
                           const std::vector<AttemptRow>& attempts) {
  const Effects& effects =
      EffectsOn(batch.route.operation, fakes::IdentifierAt(batch.envelope, pos));
  const bool taken = batch.state == BatchState::kAccepted || batch.state == BatchState::kDone;
  if (taken && (effects.empty() || effects.front() > *batch.accepted_at)) {
    Violated("a batch was called accepted without effect");
  }
  const auto unknown = std::count_if(attempts.begin(), attempts.end(), [&](const auto& row) {
    return row.envelope == batch.envelope && row.span.lo <= pos && pos <= row.span.hi &&
           (row.abandoned || !row.outcome || *row.outcome == OutcomeClass::kUnknown);
  });
  const auto repeats = static_cast<int>(effects.size()) - 1;
  if (repeats > unknown) Violated("an effect was repeated without reason");
  if (repeats > 0) ++repeated_effects_;
}

const Checker::Effects& Checker::EffectsOn(Operation operation,
                                           const Identifier& identifier) const {
  static const Effects kNone;
  const auto found = effects_.find({operation, identifier.Reveal()});
  return found == effects_.end() ? kNone : found->second;
}

void Checker::Violated(std::string_view what) {
  if (std::find(violations_.begin(), violations_.end(), what) == violations_.end()) {
    violations_.emplace_back(what);
  }
}

}  // namespace lethe::simulation
