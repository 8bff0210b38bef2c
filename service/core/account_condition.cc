#include "lethe/account_condition.h"

#include "lethe/reasons.h"
#include "lethe/refusal.h"

namespace lethe {
namespace {

std::string EtagOf(const AccountBlock& block) {
  return std::to_string(block.since.time_since_epoch().count()) + '-' +
         std::string(Name(block.resume));
}

}  // namespace

Transition Resolve(HeldRefusals decision, const EarlierEffect& earlier) {
  if (decision == HeldRefusals::kReject) {
    return Rejection(Text(Reason::kOperatorRejected), earlier);
  }
  return {.span = {},
          .to = BatchState::kReady,
          .reason = Text(Reason::kOperatorSendAgain),
          .unknown_since = earlier.unknown_since};
}

int RefusalsToDecide(const AccountCondition& condition) {
  if (condition.block) return condition.held_refusals;
  int refusals = 0;
  for (const RouteBlock& route : condition.routes) refusals += route.held_refusals;
  return refusals;
}

std::string BlockedFor(const AccountCondition& condition) {
  std::string reasons = condition.block ? condition.block->reason : "";
  for (const RouteBlock& route : condition.routes) {
    if (!reasons.empty()) reasons += "; ";
    reasons += std::string(Name(route.api)) + ": " + route.block.reason;
  }
  return reasons;
}

std::string EtagOf(const AccountCondition& condition) {
  std::string etag = condition.block ? EtagOf(*condition.block) : Text(AccountState::kServed);
  etag += '-' + std::to_string(condition.held_refusals);
  for (const RouteBlock& route : condition.routes) {
    etag += '-' + std::string(Name(route.api)) + '-' + EtagOf(route.block);
  }
  return etag;
}

Status CheckResume(const AccountCondition& condition, std::string_view etag,
                   std::optional<HeldRefusals> held_refusals) {
  if (!condition.block && condition.routes.empty()) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kAccountNotBlocked),
                 "neither the account nor a route of it is blocked: there is nothing to resume"};
  }
  if (etag != EtagOf(condition)) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kAccountChanged),
                 "the account has changed since the operator has looked at it: look again"};
  }
  if (RefusalsToDecide(condition) > 0 && !held_refusals) {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kHeldRefusalsUndecided),
                 "the account has held refusals: say whether they are sent again or rejected"};
  }
  return Ok();
}

}  // namespace lethe
