#include "core/transitions.h"

#include <algorithm>

#include "lethe/limits.h"
#include "lethe/refusal.h"

namespace lethe {

Transition Accept(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now) {
  return {.span = facts.span,
          .to = BatchState::kAccepted,
          .accepted_at = now,
          .window_end = WindowEnd(facts.operation, now, hours)};
}

Transition Review(const AttemptFacts& facts, Reason reason) {
  return {.span = facts.span,
          .to = BatchState::kNeedsReview,
          .reason = Text(reason),
          .unknown_since = facts.unknown_since};
}

Transition HoldForLook(const AttemptFacts& facts) {
  if (!facts.can_be_looked_up) return Review(facts, Reason::kUnknownOutcome);
  return {.span = facts.span,
          .to = BatchState::kHeld,
          .reason = Text(Reason::kLookBeforeRepeat),
          .unknown_since = facts.unknown_since};
}

Transition Again(const AttemptFacts& facts, Reason reason, const ProcessingHours& hours,
                 TimePoint now, milliseconds delay) {
  const TimePoint when = BeforeHorizon(facts, hours, now, now + delay);
  if (!MayResend(facts, hours, when)) return HoldForLook(facts);
  return {.span = facts.span,
          .to = BatchState::kReady,
          .reason = Text(reason),
          .not_before = when,
          .unknown_since = facts.unknown_since,
          .refused_since = facts.refused_since,
          .lone_refusals = facts.lone_refusals,
          .vouched_refusals = facts.vouched_refusals,
          .throttled_calls = facts.throttled_calls};
}

// The clocks of replicas differ, so the answer may seem to be older than the call.
TimePoint RefusedAt(const AttemptFacts& facts, TimePoint now) {
  return std::max(facts.started_at, now);
}

// A refusal in company says nothing about one of the company, so the first refusal alone has no
// voucher.
Transition Hold(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now) {
  const TimePoint refused_at = RefusedAt(facts, now);
  const auto& accepted_at = facts.health.accepted_at;
  const bool is_vouched = facts.lone_refusals > 0 && accepted_at > facts.refused_since &&
                          accepted_at > refused_at - kFreshEvidence;
  const int vouched = facts.vouched_refusals + (is_vouched ? 1 : 0);
  const bool confirmed = is_vouched && 1 + vouched >= kConfirmingRefusal;
  const int refusals = facts.lone_refusals + 1;
  if (refusals >= kMostLoneRefusals) {
    Transition review = RefusalReview(EarlierEffectOf(facts));
    review.span = facts.span;
    return review;
  }
  milliseconds delay = LoneRetryDelay(refusals);
  if (is_vouched && 1 + vouched == kConfirmingRefusal - 2 && !hours.sandbox_window) {
    delay = kBeforeLastTries;
  } else if (confirmed) {
    delay = std::max(delay, milliseconds(kVouchedFor));  // judged before it is sent again
  }
  return {.span = facts.span,
          .to = BatchState::kHeld,
          .reason = Text(confirmed ? Reason::kRefusedConfirmed : Reason::kRefusedUnconfirmed),
          .not_before = refused_at + delay,
          .unknown_since = facts.unknown_since,
          .refused_since = confirmed ? facts.refused_since : refused_at,
          .lone_refusals = refusals,
          .vouched_refusals = vouched,
          .throttled_calls = facts.throttled_calls};
}

std::string RejectionReason(const std::string& code) {
  const bool is_digits = std::ranges::all_of(code, [](char c) { return '0' <= c && c <= '9'; });
  const bool is_code = is_digits && !code.empty() && code.size() <= kMaxCodeDigits;
  return is_code ? std::string(kVendorCodePrefix) + code : Text(Reason::kRefusedByVendor);
}

}  // namespace lethe
