#pragma once

#include <optional>
#include <string>

#include "lethe/pause.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/v1/operator_service.pb.h"

namespace lethe::api {

// What operators send to pause and resume, checked as in validation.h.

struct CallsToPause {
  PauseScope scope;
  std::string reason;
  std::optional<TimePoint> ends_at;
};
Result<CallsToPause> ValidatePauseCalls(const v1::PauseCallsRequest& request, TimePoint now);

struct CallsToResume {
  PauseScope scope;
  std::string justification;
};
Result<CallsToResume> ValidateResumeCalls(const v1::ResumeCallsRequest& request);

/// The justification.
Result<std::string> ValidateResumeRecovery(const v1::ResumeRecoveryRequest& request);

}  // namespace lethe::api
