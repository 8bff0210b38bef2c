#include "api/operators/pause_validation.h"

#include <utility>

#include "api/fields/names.h"
#include "api/fields/text_rules.h"
#include "api/fields/time_rules.h"
#include "api/fields/violations.h"

namespace lethe::api {
namespace {

PauseScope CheckScope(const std::string& parent, const std::string& api, Violations& violations) {
  PauseScope scope;
  if (parent != kEveryAccount) {
    auto account = ParseAccountName(parent);
    if (!account) {
      violations.Add("parent",
                     "must have the form accounts/{account}, or be accounts/- for every account");
    }
    scope.account = account.value_or("");
  }
  if (!api.empty()) {
    scope.api = Parse<Api>(api);
    if (!scope.api) {
      violations.Add("api", "must be delete, demerge, disassociate or profile, or not set");
    }
  }
  return scope;
}

void CheckText(const char* field, const std::string& text, Violations& violations) {
  if (const auto fault = FaultOfJustification(text); !fault.empty()) violations.Add(field, fault);
}

}  // namespace

Result<CallsToPause> ValidatePauseCalls(const v1::PauseCallsRequest& request, TimePoint now) {
  Violations violations;
  PauseScope scope = CheckScope(request.parent(), request.api(), violations);
  CheckText("reason", request.reason(), violations);
  const auto ends_at =
      CheckTime(request.has_end_time(), request.end_time(), "end_time", violations);
  if (ends_at && *ends_at <= now) violations.Add("end_time", "must be in the future");
  if (!violations.empty()) return std::move(violations).ToError();
  return CallsToPause{std::move(scope), request.reason(), ends_at};
}

Result<CallsToResume> ValidateResumeCalls(const v1::ResumeCallsRequest& request) {
  Violations violations;
  PauseScope scope = CheckScope(request.parent(), request.api(), violations);
  CheckText("justification", request.justification(), violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return CallsToResume{std::move(scope), request.justification()};
}

Result<std::string> ValidateResumeRecovery(const v1::ResumeRecoveryRequest& request) {
  Violations violations;
  CheckText("justification", request.justification(), violations);
  if (!violations.empty()) return std::move(violations).ToError();
  return request.justification();
}

}  // namespace lethe::api
