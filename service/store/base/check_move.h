#pragma once

#include <string>

#include "lethe/batch.h"
#include "lethe/reasons.h"
#include "lethe/result.h"

namespace lethe::store {

/// kInternal (BAD_PLAN) if the state machine has no such edge: then the plan, or the rule that made
/// the transition, has a defect. To be asked before anything is written.
inline Status CheckMove(BatchState from, BatchState to) {
  if (CanMove(from, to)) return Ok();
  return Error{
      ErrorCode::kInternal, Text(ErrorReason::kBadPlan),
      "a batch cannot go from " + std::string(Name(from)) + " to " + std::string(Name(to))};
}

}  // namespace lethe::store
