#pragma once

#include <string>

#include "lethe/redacted.h"
#include "lethe/result.h"
#include "lethe/v1/operator_service.pb.h"

namespace lethe::api {

/// Who is to be held or released, checked as in operator_validation.h.
struct SubjectHoldQuery {
  std::string account;
  Identifier subject;
  bool holds;
  std::string reason;
  bool preview;
};
Result<SubjectHoldQuery> ValidateSubject(const v1::ChangeSubjectHoldRequest& request);

}  // namespace lethe::api
