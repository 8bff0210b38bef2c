#include "lethe/decision.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "lethe/limits.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kFirstDelay = 1s;
constexpr milliseconds kLongestDelay = 10min;

// A header that asks for more is more likely a mistake than a wish.
constexpr milliseconds kLongestRetryAfter = 1h;

milliseconds AtLeastAsAsked(milliseconds delay, const VendorReply& reply) {
  return std::max(delay, std::min(reply.retry_after.value_or(delay), kLongestRetryAfter));
}

std::string RejectionReason(const std::string& code) {
  // Digits enough for a phone number may be one.
  const bool is_code =
      !code.empty() && code.size() < kMinPhoneDigits &&
      std::all_of(code.begin(), code.end(), [](char c) { return '0' <= c && c <= '9'; });
  return is_code ? "vendor_code_" + code : "refused_by_vendor";
}

std::string BlockedReason(std::string what, const VendorReply& reply) {
  if (reply.http_status == 0) return what;
  return std::move(what) + "_" + std::to_string(reply.http_status);
}

AttemptFacts WithEffectUnknown(AttemptFacts facts) {
  if (!facts.unknown_since) facts.unknown_since = facts.started_at;
  return facts;
}

Transition Review(const AttemptFacts& facts, std::string reason) {
  return {.span = facts.span,
          .to = BatchState::kNeedsReview,
          .reason = std::move(reason),
          .unknown_since = facts.unknown_since};
}

Transition Again(const AttemptFacts& facts, std::string reason, TimePoint when) {
  if (!MayResend(facts, when)) return Review(facts, "unknown_outcome");
  return {.span = facts.span,
          .to = BatchState::kReady,
          .reason = std::move(reason),
          .not_before = when,
          .unknown_since = facts.unknown_since};
}

Transition Accept(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now) {
  return {.span = facts.span,
          .to = BatchState::kAccepted,
          .accepted_at = now,
          .window_end = WindowEnd(facts.operation, now, hours)};
}

// What each identifier is faulted for, null for those that were taken. If the answer contradicts
// itself (a fault nowhere in the call, two for one identifier, none at all), whoever it does not
// speak of clearly is unaccountable.
std::vector<const Fault*> FaultOfEach(const VendorReply& reply, int size) {
  static const Fault kUnexplained{.index = 0, .kind = FaultKind::kUnaccountable, .code = ""};
  std::vector<const Fault*> fault_of(static_cast<std::size_t>(size), nullptr);
  bool consistent = !reply.faults.empty();
  for (const Fault& fault : reply.faults) {
    if (fault.index < 0 || fault.index >= size) {
      consistent = false;
      continue;
    }
    const Fault*& mine = fault_of[static_cast<std::size_t>(fault.index)];
    mine = mine == nullptr ? &fault : &kUnexplained;
  }
  if (!consistent) std::replace(fault_of.begin(), fault_of.end(), {}, &kUnexplained);
  return fault_of;
}

void Append(std::vector<Transition>& runs, Transition next) {
  if (!runs.empty()) {
    Transition& last = runs.back();
    const Span own = std::exchange(next.span, last.span);
    if (next == last) {
      last.span.hi = own.hi;
      return;
    }
    next.span = own;
  }
  runs.push_back(std::move(next));
}

std::vector<Transition> Split(const AttemptFacts& facts, const VendorReply& reply,
                              const ProcessingHours& hours, TimePoint now, milliseconds delay) {
  const std::vector<const Fault*> fault_of = FaultOfEach(reply, facts.span.size());
  const bool all_rejected = std::all_of(fault_of.begin(), fault_of.end(), [](const Fault* fault) {
    return fault != nullptr && fault->kind == FaultKind::kPermanent;
  });
  // Bad data is the exception; where everybody is refused, CleverTap's rule has changed.
  if (all_rejected && fault_of.size() > 1) return {Review(facts, "all_rejected")};

  std::vector<Transition> runs;
  AttemptFacts one = facts;
  one.span.hi = one.span.lo;
  for (const Fault* fault : fault_of) {
    if (fault == nullptr) {
      Append(runs, Accept(one, hours, now));
    } else {
      switch (fault->kind) {
        case FaultKind::kPermanent:
          Append(runs, {.span = one.span,
                        .to = BatchState::kRejected,
                        .reason = RejectionReason(fault->code)});
          break;
        case FaultKind::kTransient: Append(runs, Again(one, "vendor_retry", now + delay)); break;
        case FaultKind::kUnaccountable:
          Append(runs, Review(WithEffectUnknown(one), "unaccountable"));
          break;
      }
    }
    one.span.hi = ++one.span.lo;
  }
  return runs;
}

}  // namespace

bool Covers(const Plan& plan, Span span) {
  int next = span.lo;
  for (const Transition& transition : plan.transitions) {
    if (transition.span.lo != next || transition.span.hi < next) return false;
    next = transition.span.hi + 1;
  }
  return next == span.hi + 1;
}

milliseconds ResendHorizon(Operation operation) {
  switch (operation) {
    // Both are carried out at night only. Until then a repeat marks what is marked already; in the
    // worst hour, the one of the night's run, a person must be deleted or split, come back and be
    // hit again within it.
    case Operation::kErasure:
    case Operation::kDemerge: return 1h;
    // It acts at once, so a repeat hits whoever has registered the number since. Long enough for a
    // restart; far shorter than the weeks that carriers keep a number from its next owner.
    case Operation::kDisassociation: return 15min;
  }
  return 0ms;
}

bool MayResend(const AttemptFacts& facts, TimePoint now) {
  return !facts.unknown_since || now - *facts.unknown_since <= ResendHorizon(facts.operation);
}

milliseconds RetryDelay(int attempt_count, double jitter) {
  constexpr int kMostDoublings = 10;
  const int doublings = std::clamp(attempt_count - 1, 0, kMostDoublings);
  const milliseconds half = std::min(kFirstDelay * (1 << doublings), kLongestDelay) / 2;
  return half + std::chrono::duration_cast<milliseconds>(half * jitter);
}

Plan Decide(const AttemptFacts& facts, const VendorReply& reply, const ProcessingHours& hours,
            TimePoint now, double jitter) {
  const std::string outcome(Name(reply.outcome));
  const milliseconds delay = RetryDelay(facts.attempt_count, jitter);
  // Where CleverTap is out of reach, a slot that went straight to the next batch would drag the
  // whole queue through the outage.
  const milliseconds breath = RetryDelay(1, jitter);

  switch (reply.outcome) {
    case OutcomeClass::kAccepted:
      return {.transitions = {Accept(facts, hours, now)}, .account = AccountVerdict::kHealthy};

    case OutcomeClass::kPartial:
      return {.transitions = Split(facts, reply, hours, now, delay),
              .account = AccountVerdict::kHealthy};

    case OutcomeClass::kRefused: return {.transitions = {Review(facts, "refused")}};

    case OutcomeClass::kThrottled: {
      const int free_calls = facts.call_count - facts.attempt_count + 1;
      return {.transitions = {Again(facts, outcome, now)},
              .spends_attempt = false,
              .slot_cool_down = AtLeastAsAsked(RetryDelay(free_calls, jitter), reply)};
    }

    case OutcomeClass::kAccountBlocked:
      return {.transitions = {Again(facts, outcome, now)},
              .spends_attempt = false,
              .account = AccountVerdict::kBlocked,
              .account_reason = BlockedReason("credentials_or_region", reply)};

    case OutcomeClass::kMisconfigured:
      return {.transitions = {Again(facts, outcome, now)},
              .spends_attempt = false,
              .account = AccountVerdict::kBlocked,
              .account_reason = BlockedReason("endpoint", reply)};

    case OutcomeClass::kNotSent:
      return {.transitions = {Again(facts, outcome, now + delay)}, .slot_cool_down = breath};

    case OutcomeClass::kUnknown: break;
  }
  return {.transitions = {Again(WithEffectUnknown(facts), "unknown_outcome",
                                now + AtLeastAsAsked(delay, reply))},
          .slot_cool_down = AtLeastAsAsked(breath, reply)};
}

Plan DecideAbandoned(const AttemptFacts& facts, TimePoint now, double jitter) {
  return {.transitions = {Again(WithEffectUnknown(facts), "unknown_outcome",
                                now + RetryDelay(facts.attempt_count, jitter))}};
}

Plan DecideTooLate(const AttemptFacts& facts) {
  return {.transitions = {Review(facts, "unknown_outcome")}, .spends_attempt = false};
}

}  // namespace lethe
