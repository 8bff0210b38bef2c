#include "lethe/review.h"

namespace lethe {
namespace {

bool IsReadable(const ReviewFacts& facts) {
  return facts.reason != "items_missing" && facts.reason != "seal_broken";
}

}  // namespace

bool IsAllowed(ReviewDecision decision, const ReviewFacts& facts) {
  switch (decision) {
    case ReviewDecision::kSendAgain: return IsReadable(facts);
    case ReviewDecision::kMarkAccepted:
      return IsReadable(facts) && (facts.unknown_since.has_value() || facts.reason == "unverified");
    case ReviewDecision::kCancel: return true;
  }
  return false;
}

Transition Resolve(const ReviewFacts& facts, ReviewDecision decision, const ProcessingHours& hours,
                   TimePoint now) {
  switch (decision) {
    case ReviewDecision::kSendAgain:
      return {.span = facts.span, .to = BatchState::kReady, .reason = "operator_send_again"};
    case ReviewDecision::kMarkAccepted:
      return {.span = facts.span,
              .to = BatchState::kAccepted,
              .reason = "operator_accepted",
              .accepted_at = now,
              .window_end = WindowEnd(facts.operation, now, hours)};
    case ReviewDecision::kCancel: break;
  }
  return {.span = facts.span, .to = BatchState::kCancelled, .reason = "operator_cancelled"};
}

std::string EtagOf(const ReviewFacts& facts) {
  // Every call raises the count, a split lowers the end, and whoever else sets a batch aside says
  // why.
  return std::to_string(facts.call_count) + '-' + std::to_string(facts.span.hi) + '-' +
         facts.reason;
}

Status CheckDecision(const ReviewFacts& facts, std::string_view etag, ReviewDecision decision) {
  if (etag != EtagOf(facts)) {
    return Error{ErrorCode::kFailedPrecondition, "REVIEW_CHANGED",
                 "the batch has changed since the operator has looked at it: look again"};
  }
  if (!IsAllowed(decision, facts)) {
    return Error{ErrorCode::kFailedPrecondition, "DECISION_NOT_ALLOWED",
                 "a batch with the reason " + facts.reason +
                     (facts.unknown_since ? "" : " and no call of unknown effect") +
                     " cannot be resolved so: its review lists the decisions that are allowed"};
  }
  return Ok();
}

}  // namespace lethe
