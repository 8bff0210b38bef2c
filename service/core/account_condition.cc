#include "lethe/account_condition.h"

#include "lethe/reasons.h"
#include "lethe/refusal.h"

namespace lethe {

Transition Resolve(HeldRefusals decision, std::optional<TimePoint> unknown_since) {
  if (decision == HeldRefusals::kReject) {
    return Rejection(Text(Reason::kOperatorRejected), unknown_since);
  }
  return {.span = {},
          .to = BatchState::kReady,
          .reason = Text(Reason::kOperatorSendAgain),
          .unknown_since = unknown_since};
}

std::string EtagOf(const AccountCondition& condition) {
  const std::string held = std::to_string(condition.held_refusals);
  if (!condition.block) return Text(AccountState::kServed) + '-' + held;
  return std::to_string(condition.block->since.time_since_epoch().count()) + '-' +
         std::string(Name(condition.block->resume)) + '-' + held;
}

Status CheckResume(const AccountCondition& condition, std::string_view etag,
                   std::optional<HeldRefusals> held_refusals) {
  if (!condition.block) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kAccountNotBlocked),
                 "the account is not blocked: there is nothing to resume"};
  }
  if (etag != EtagOf(condition)) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kAccountChanged),
                 "the account has changed since the operator has looked at it: look again"};
  }
  if (condition.held_refusals > 0 && !held_refusals) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kHeldRefusalsUndecided),
                 "the account has held refusals: say whether they are sent again or rejected"};
  }
  return Ok();
}

}  // namespace lethe
