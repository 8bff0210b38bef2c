#include "store/intake/sealed_request.h"

#include <algorithm>

#include "lethe/limits.h"

namespace lethe::store {

void SetDueTime(SealedRequest& request, TimePoint create_time) {
  request.due_by = DueTime(request.due_time, request.by_law, request.submit_time, create_time);
  request.lane.urgency = UrgencyOf(SendingDue(request, create_time), create_time);
}

TimePoint SendingDue(const SealedRequest& request, TimePoint create_time) {
  return std::max(request.due_by.value_or(create_time + kLegalTerm), create_time);
}

}  // namespace lethe::store
