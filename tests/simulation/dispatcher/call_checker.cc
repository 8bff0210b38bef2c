#include "simulation/dispatcher/call_checker.h"

#include <algorithm>
#include <chrono>

#include "lethe/window.h"

namespace lethe::simulation {

using namespace std::chrono_literals;
using fakes::AttemptRow;

void CallChecker::Claimed(const Claim& claim) {
  if (waiting_for_person_.contains(claim.route)) {
    ledger_.Violated("a batch was taken of a route that waits for a person");
  }
  if (refused_credentials_.contains(claim.route.account) &&
      clevertap_.IsExpired(claim.route.account)) {
    ledger_.Violated("a batch was taken before anybody looked at credentials that were refused");
  }
  const Span span = claim.facts.span;
  for (int pos = span.lo; pos <= span.hi; ++pos) CheckOrder(claim, {claim.envelope, pos});
  for (int pos = span.lo; pos <= span.hi; ++pos) ledger_.at({claim.envelope, pos}).attempted = true;
}

void CallChecker::CheckOrder(const Claim& claim, Position position) {
  const Item& mine = ledger_.at(position);
  for (const Position& other : ledger_.WithIdentifier(claim.route.account, mine.identifier)) {
    const Ledger::Envelope& envelope = ledger_.at(other.envelope);
    const Item& its = envelope.items[static_cast<std::size_t>(other.pos)];
    if (envelope.route.operation == claim.route.operation || IsFinal(its.state)) continue;
    if (its.attempted) {
      ledger_.Violated("two operations on one identifier were under way at once");
    } else if (!mine.attempted && its.request < mine.request) {
      ledger_.Violated("an operation overtook an earlier one on its identifier");
    }
  }
}

int CallChecker::CallStarted(const Claim& claim, const VendorCall& call, TimePoint lease_until) {
  const TimePoint now = clock_.Now();
  // Who outlived the lease no longer counts: a slot can fence PostgreSQL, not a call on its way.
  const auto leased = std::ranges::count_if(in_flight_, [&](const auto& entry) {
    return entry.second.route == claim.route && now < entry.second.lease_until;
  });
  if (now < lease_until && leased >= limits_.concurrency) {
    ledger_.Violated("more calls in flight than slots");
  }
  int pos = claim.facts.span.lo;
  for (const Identifier& identifier : call.identifiers) {
    const Item& item = ledger_.at({claim.envelope, pos++});
    if (identifier != item.identifier) ledger_.Violated("a call carried another identifier");
    if (item.on_hold) ledger_.Violated("a call began with an item that is on hold");
    if (item.cancelled) ledger_.Violated("a call began with an item that was cancelled");
    CheckHorizon(claim, item);
  }
  if (pos != claim.facts.span.hi + 1) ledger_.Violated("a call carried another identifier");
  in_flight_[++last_ticket_] = {claim.route, lease_until};
  return last_ticket_;
}

void CallChecker::CheckHorizon(const Claim& claim, const Item& item) {
  if (item.effects.size() <= item.effects_answered_for) return CheckPermission(claim, item);
  const TimePoint first = item.effects[item.effects_answered_for];
  // The horizon is judged when the attempt is written down; the call follows within the lease.
  const TimePoint until = ResendUntil(claim.route.operation, first, limits_.hours) + limits_.lease;
  if (clock_.Now() > until) {
    ledger_.Violated("an identifier was sent again past the resend horizon");
  }
}

/// All its effects are from before a person had it sent again; that person could not know who comes
/// back later. A look since then is as good as a person's, and a lost call since then has a horizon
/// of its own.
void CallChecker::CheckPermission(const Claim& claim, const Item& item) {
  if (item.effects.empty() || claim.facts.unchanged || claim.facts.unknown_since) return;
  const TimePoint until =
      SendAgainUntil(claim.route.operation, item.allowed_at, limits_.hours) + limits_.lease;
  if (clock_.Now() > until) {
    ledger_.Violated("an identifier was sent again long after a person had allowed it");
  }
}

void CallChecker::TookEffect(const Claim& claim, const std::vector<bool>& taken) {
  int pos = claim.facts.span.lo;
  for (const bool took : taken) {
    const Position position{claim.envelope, pos++};
    if (!took) continue;
    if (ledger_.at(position).cancelled) ledger_.Violated("a cancelled item took effect");
    ledger_.at(position).effects.push_back(clock_.Now());
    CheckRepeat(claim, position);
    CheckNight(claim.route.operation, ledger_.at(position));
  }
}

/// Whom CleverTap has taken may be gone once it works at night, and back the next morning. Counted
/// anew here, in the accounts' own zone, which has no daylight saving.
void CallChecker::CheckNight(Operation operation, const Item& item) {
  if (item.effects.size() < item.effects_answered_for + 2) return;
  constexpr auto kZone = 5h + 30min;
  const TimePoint first = item.effects[item.effects_answered_for] + kZone;
  const TimePoint repeat = item.effects.back() + kZone;
  const auto midnight = std::chrono::floor<std::chrono::days>(first);
  if (operation == Operation::kDisassociation || limits_.hours.sandbox_window) return;
  const bool erases = operation == Operation::kErasure;
  const TimePoint begins = midnight + (erases ? 2h : 4h);
  const TimePoint ends = midnight + (erases ? 4h : 7h);
  // In the night itself CleverTap may act at once.
  constexpr auto kAtOnce = 20min;
  const TimePoint until = first < begins ? begins
                          : first < ends ? first + kAtOnce
                                         : begins + std::chrono::days(1);
  if (repeat >= until) ledger_.Violated("a repeat hit a person who came back in the night");
}

void CallChecker::Recorded(const Claim& claim, const VendorReply& reply) {
  const std::string& account = claim.route.account;
  if (reply.outcome == OutcomeClass::kPartial) CountUntold(claim, reply);
  if (reply.outcome != OutcomeClass::kAccountBlocked) return;
  // Not if it was blocked before, for what a batch can end.
  const auto blocks = queue_.blocks();
  const auto block = blocks.find(account);
  if (block != blocks.end() && block->second == Resume::kConnect) {
    refused_credentials_.insert(account);
  }
}

void CallChecker::CountUntold(const Claim& claim, const VendorReply& reply) {
  const Span span = claim.facts.span;
  for (int pos = span.lo; pos <= span.hi; ++pos) {
    const bool untold = std::ranges::any_of(reply.faults, [&](const Fault& fault) {
      return fault.index == pos - span.lo && fault.kind == FaultKind::kUnaccountable;
    });
    ledger_.at({claim.envelope, pos}).untold += untold || reply.faults.empty();
  }
}

void CallChecker::Refused(const Claim& claim) {
  const Span span = claim.facts.span;
  for (int pos = span.lo; pos <= span.hi; ++pos) {
    ledger_.at({claim.envelope, pos}).refused_at = clock_.Now();
  }
}

void CallChecker::CheckRepeat(const Claim& claim, Position position) {
  const Item& item = ledger_.at(position);
  const int repeats = static_cast<int>(item.effects.size()) - 1;
  if (repeats == 0) return;
  ++repeated_effects_;
  int reasons = item.sent_again + item.untold;
  queue_.VisitAttempts([&](const AttemptRow& row) {
    if (row.envelope != position.envelope || row.span.lo > position.pos ||
        row.span.hi < position.pos) {
      return;
    }
    const bool is_this = row.span.lo == claim.facts.span.lo && row.number == claim.call_number();
    const bool is_unknown =
        row.outcome.value_or(OutcomeClass::kUnknown) == OutcomeClass::kUnknown && !is_this;
    reasons += row.abandoned || is_unknown;
  });
  if (repeats > reasons) ledger_.Violated("an effect was repeated without reason");
}

}  // namespace lethe::simulation
