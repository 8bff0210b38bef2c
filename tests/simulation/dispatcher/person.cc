#include "simulation/dispatcher/person.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <vector>

#include "lethe/account_condition.h"
#include "lethe/reasons.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using fakes::BatchRow;

constexpr milliseconds kLongestAbsence = 4h;
constexpr milliseconds kLongestThought = 2min;

}  // namespace

void Person::Work() {
  while (!stage_.IsOver()) {
    stage_.scheduler.Sleep(stage_.fate.UpTo(kLongestAbsence));
    ResolveReviews();
    ResumeAccounts();
    stage_.rows.Look(*stage_.queue);
  }
}

void Person::ChangeMinds() {
  Fate& fate = stage_.fate;
  while (fate.IsStormy() && !stage_.IsOver()) {
    stage_.scheduler.Sleep(fate.UpTo(kLongestThought));
    const auto& envelopes = stage_.ledger.envelopes();
    if (envelopes.empty()) continue;
    auto chosen = envelopes.begin();
    std::advance(chosen, fate.Below(static_cast<int>(envelopes.size())));
    const auto& change =
        kAll<RequestChange>[static_cast<std::size_t>(fate.Below(kAll<RequestChange>.size()))];
    std::vector<int> positions;
    for (int pos = 0; pos < std::ssize(chosen->second.items); ++pos) {
      if (fate.Chance(0.5)) positions.push_back(pos);
    }
    Change(chosen->first, change, positions);
  }
  for (const auto& [envelope, contents] : stage_.ledger.envelopes()) {
    Change(envelope, RequestChange::kRelease, {});
  }
}

void Person::Change(EnvelopeId envelope, RequestChange change, std::span<const int> positions) {
  const RequestId request = stage_.ledger.at(envelope).items.front().request;
  const auto counts = stage_.queue->Change(request, positions, change, /*preview=*/false);
  if (!counts) return;
  stage_.tally.changed[change] += (*counts)[ChangeEffect::kChanged];
  stage_.queue->VisitBatches([&](const BatchRow& row) {
    const bool cancelled = row.reason == Name(Reason::kCancelledOnRequest);
    const bool on_hold = row.reason == Name(Reason::kOnHold);
    for (int pos = row.span.lo; pos <= row.span.hi; ++pos) {
      Item& item = stage_.ledger.at({row.envelope, pos});
      if (cancelled && !item.effects.empty()) {
        stage_.ledger.Violated("an item was cancelled that had taken effect");
      }
      item.cancelled = cancelled;
      item.on_hold = on_hold;
    }
  });
  stage_.rows.Look(*stage_.queue);
  stage_.fate.SomethingHappened();
}

void Person::ResolveReviews() {
  for (const BatchRow& row : stage_.queue->batches()) {
    if (row.state == BatchState::kNeedsReview) Resolve(row);
  }
}

void Person::Resolve(const BatchRow& review) {
  const ReviewFacts facts{.operation = review.route.operation,
                          .span = review.span,
                          .reason = review.reason,
                          .call_count = review.call_count,
                          .unknown_since = review.unknown_since};
  const ReviewDecision decision = DecisionOn(review, facts);
  for (int pos = review.span.lo; pos <= review.span.hi; ++pos) {
    Item& item = stage_.ledger.at({review.envelope, pos});
    if (decision == ReviewDecision::kMarkAccepted) item.marked_accepted = true;
    if (decision != ReviewDecision::kSendAgain) continue;
    ++item.sent_again;
    item.effects_answered_for = item.effects.size();
    item.allowed_at = stage_.clock.Now();
  }
  stage_.queue->Resolve(
      review.envelope,
      lethe::Resolve(facts, decision, stage_.accounts.front().hours, stage_.clock.Now()));
  ++stage_.tally.decided;
}

ReviewDecision Person::DecisionOn(const BatchRow& review, const ReviewFacts& facts) {
  bool all_taken = true;
  for (int pos = review.span.lo; pos <= review.span.hi; ++pos) {
    all_taken &= !stage_.ledger.at({review.envelope, pos}).effects.empty();
  }
  // In truth a person rarely knows what CleverTap has taken.
  const bool knows = !stage_.fate.IsStormy() || !stage_.fate.Chance(0.3);
  if (all_taken && knows && IsAllowed(ReviewDecision::kMarkAccepted, facts)) {
    return ReviewDecision::kMarkAccepted;
  }
  // Sent again it would only come back.
  if (IsHopeless(review)) return ReviewDecision::kCancel;
  if (review.reason == Name(Reason::kSendersLost) && KillsItsSender(review)) {
    return ReviewDecision::kCancel;
  }
  const bool gives_up = stage_.fate.IsStormy() && stage_.fate.Chance(0.2);
  return gives_up ? ReviewDecision::kCancel : ReviewDecision::kSendAgain;
}

bool Person::KillsItsSender(const BatchRow& review) const {
  for (int pos = review.span.lo; pos <= review.span.hi; ++pos) {
    const Identifier& identifier = stage_.ledger.at({review.envelope, pos}).identifier;
    const auto oddity = stage_.clevertap.OddityOf(review.route.account, identifier);
    if (oddity && oddity->kills_sender) return true;
  }
  return false;
}

bool Person::IsHopeless(const BatchRow& review) const {
  const std::string& account = review.route.account;
  const bool refused_alone = review.reason == Name(Reason::kRefusedAlone) ||
                             review.reason == Name(Reason::kRefusedEffectUnknown);
  for (int pos = review.span.lo; pos <= review.span.hi; ++pos) {
    const Identifier& identifier = stage_.ledger.at({review.envelope, pos}).identifier;
    const bool is_hopeless = (refused_alone && stage_.clevertap.IsPoison(account, identifier)) ||
                             stage_.clevertap.OddityOf(account, identifier);
    if (!is_hopeless) return false;
  }
  return true;
}

void Person::ResumeAccounts() {
  std::map<std::string, Resume> blocks = stage_.queue->blocks();
  for (const auto& [route, resume] : stage_.queue->route_blocks()) {
    if (resume == Resume::kOperator || !blocks.contains(route.first)) blocks[route.first] = resume;
  }
  for (const auto& [account, resume] : blocks) {
    // Others end by themselves, unless nothing is left that could show whether it is time.
    if (resume != Resume::kOperator && stage_.fate.Chance(0.5)) continue;
    const auto held = HoldsOnlyPoison(account) ? HeldRefusals::kReject : HeldRefusals::kSendAgain;
    if (held == HeldRefusals::kReject) NoteRejections(account);
    stage_.queue->ResumeAccount(account, held);
    stage_.calls.ResumedByPerson(account);
    ++stage_.tally.resumed;
  }
}

void Person::NoteRejections(const std::string& account) {
  stage_.queue->VisitBatches([&](const BatchRow& row) {
    if (row.route.account != account || !IsHeldForRefusal(row)) return;
    if (!stage_.queue->IsBlocked(row.route)) return;
    for (int pos = row.span.lo; pos <= row.span.hi; ++pos) {
      stage_.ledger.at({row.envelope, pos}).rejected = true;
    }
  });
}

bool Person::HoldsOnlyPoison(const std::string& account) const {
  bool only_poison = true;
  stage_.queue->VisitBatches([&](const BatchRow& row) {
    if (row.route.account != account || !IsHeldForRefusal(row)) return;
    if (!stage_.queue->IsBlocked(row.route)) return;
    for (int pos = row.span.lo; pos <= row.span.hi; ++pos) {
      const Item& item = stage_.ledger.at({row.envelope, pos});
      only_poison &= stage_.clevertap.IsPoison(account, item.identifier);
    }
  });
  return only_poison;
}

}  // namespace lethe::simulation
