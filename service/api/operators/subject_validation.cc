#include "api/operators/subject_validation.h"

#include <algorithm>
#include <utility>

#include "api/fields/identifier_rules.h"
#include "api/fields/list_rules.h"
#include "api/fields/names.h"
#include "api/fields/text_rules.h"
#include "api/fields/violations.h"
#include "lethe/operation.h"

namespace lethe::api {

Result<SubjectHoldQuery> ValidateSubject(const v1::ChangeSubjectHoldRequest& request) {
  Violations violations;
  auto account = ParseAccountName(request.parent());
  if (!account) violations.Add("parent", kAccountForm);
  const bool is_good = std::ranges::any_of(kAll<IdentifierKind>, [&](IdentifierKind kind) {
    return !FaultOfIdentifier(kind, request.identifier());
  });
  if (!is_good) violations.Add("identifier", "must be one that a request may have");
  const bool holds = request.change() == v1::REQUEST_CHANGE_HOLD;
  if (!holds && request.change() != v1::REQUEST_CHANGE_RELEASE) {
    violations.Add("change", "must be to hold or to release");
  }
  if (const auto fault = FaultOfJustification(request.reason()); !fault.empty()) {
    violations.Add("reason", fault);
  }
  if (!violations.empty()) return std::move(violations).ToError();
  return SubjectHoldQuery{.account = *std::move(account),
                          .subject = Identifier(request.identifier()),
                          .holds = holds,
                          .reason = request.reason(),
                          .preview = request.validate_only()};
}

}  // namespace lethe::api
