#include "api/gate/asked.h"

#include "api/fields/names.h"
#include "lethe/operation_traits.h"

namespace lethe::api {
namespace {

Operations OperationsOfFilter(const v1::ReviewFilter& filter) {
  switch (filter.operation()) {
    case v1::OPERATION_ERASURE: return {Operation::kErasure};
    case v1::OPERATION_DEMERGE: return {Operation::kDemerge};
    case v1::OPERATION_DISASSOCIATION: return {Operation::kDisassociation};
    default: return Operations::All();
  }
}

/// Look-ups serve every operation.
Operations OperationsOfApi(std::string_view api) {
  for (const Operation operation : kAll<Operation>) {
    if (Name(ApiOf(operation)) == api) return {operation};
  }
  return Operations::All();
}

}  // namespace

Asked AskedOf(std::string_view resource) {
  if (resource == kEveryAccount) return {.permission = {}, .of = Asked::Of::kEveryAccount};
  const std::string_view account = AccountIn(resource);
  if (account.empty()) return {.permission = {}, .of = Asked::Of::kSomeAccounts};
  return {.permission = {}, .of = Asked::Of::kOneAccount, .account = account};
}

Operations OperationsOf(const v1::CreatePrivacyRequestRequest& request) {
  using Request = v1::CreatePrivacyRequestRequest;
  switch (request.operation_case()) {
    case Request::kErasure: return {Operation::kErasure};
    case Request::kDemerge: return {Operation::kDemerge};
    case Request::kDisassociation: return {Operation::kDisassociation};
    case Request::OPERATION_NOT_SET: break;
  }
  return {};
}

Operations OperationsOf(const v1::PreviewReviewsRequest& request) {
  return OperationsOfFilter(request.filter());
}
Operations OperationsOf(const v1::ResolveReviewsRequest& request) {
  return OperationsOfFilter(request.filter());
}
Operations OperationsOf(const v1::ResumeAccountRequest&) { return Operations::All(); }
Operations OperationsOf(const v1::ChangeSubjectHoldRequest&) { return Operations::All(); }
Operations OperationsOf(const v1::PauseCallsRequest& request) {
  return OperationsOfApi(request.api());
}
Operations OperationsOf(const v1::ResumeCallsRequest& request) {
  return OperationsOfApi(request.api());
}
Operations OperationsOf(const v1::ListAuditEventsRequest&) { return Operations::All(); }
Operations OperationsOf(const v1::ResumeRecoveryRequest&) { return Operations::All(); }

}  // namespace lethe::api
