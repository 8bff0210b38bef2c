#include "lethe/review.h"

#include "lethe/reasons.h"

namespace lethe {
namespace {

bool IsReadable(const ReviewFacts& facts) {
  return facts.reason != Name(Reason::kItemsMissing) && facts.reason != Name(Reason::kSealBroken);
}

}  // namespace

bool IsAllowed(ReviewDecision decision, const ReviewFacts& facts) {
  switch (decision) {
    case ReviewDecision::kSendAgain: return IsReadable(facts);
    case ReviewDecision::kMarkAccepted:
      return IsReadable(facts) &&
             (facts.unknown_since.has_value() || facts.reason == Name(Reason::kUnverified));
    case ReviewDecision::kCancel: return true;
  }
  return false;
}

Transition Resolve(const ReviewFacts& facts, ReviewDecision decision, const ProcessingHours& hours,
                   TimePoint now) {
  switch (decision) {
    case ReviewDecision::kSendAgain:
      return {
          .span = facts.span, .to = BatchState::kReady, .reason = Text(Reason::kOperatorSendAgain)};
    case ReviewDecision::kMarkAccepted:
      return {.span = facts.span,
              .to = BatchState::kAccepted,
              .reason = Text(Reason::kOperatorAccepted),
              .accepted_at = now,
              .window_end = WindowEnd(facts.operation, now, hours)};
    case ReviewDecision::kCancel: break;
  }
  return {
      .span = facts.span, .to = BatchState::kCancelled, .reason = Text(Reason::kOperatorCancelled)};
}

std::string EtagOf(const ReviewFacts& facts) {
  // A call raises the count, a split lowers the end, and a claim that sets the batch aside changes
  // the reason.
  return std::to_string(facts.call_count) + '-' + std::to_string(facts.span.hi) + '-' +
         facts.reason;
}

Status CheckDecision(const ReviewFacts& facts, std::string_view etag, ReviewDecision decision) {
  if (etag != EtagOf(facts)) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kReviewChanged),
                 "the batch has changed since the operator has looked at it: look again"};
  }
  if (!IsAllowed(decision, facts)) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kDecisionNotAllowed),
                 "a batch with the reason " + facts.reason +
                     (facts.unknown_since ? "" : " and no call of unknown effect") +
                     " cannot be resolved so: its review lists the decisions that are allowed"};
  }
  return Ok();
}

}  // namespace lethe
