#pragma once

#include <string_view>

#include "lethe/access.h"
#include "lethe/v1/methods.h"

namespace lethe::api {

// What a call wants, by its message as it came: nothing of it has been validated yet. A message
// that names no account, because it is wrong, wants something of some account; validation refuses
// it once the caller may do such things at all.

/// What the name of a resource is about: `accounts/{account}`, alone or with a slash behind it; or
/// `accounts/-`, every account. The account is the one that validation finds in the same text.
Asked AskedOf(std::string_view resource);

/// The operations that a call is about. None: what it is shown depends on those that are granted.
template <typename Request>
Operations OperationsOf(const Request&) {
  return {};
}
Operations OperationsOf(const v1::CreatePrivacyRequestRequest& request);

// A group is of one operation, unless the caller may decide about all.
Operations OperationsOf(const v1::PreviewReviewsRequest& request);
Operations OperationsOf(const v1::ResolveReviewsRequest& request);

// What concerns an account as a whole concerns every operation.
Operations OperationsOf(const v1::ChangeSubjectHoldRequest& request);
Operations OperationsOf(const v1::ResumeAccountRequest& request);
Operations OperationsOf(const v1::PauseCallsRequest& request);
Operations OperationsOf(const v1::ResumeCallsRequest& request);
Operations OperationsOf(const v1::ListAuditEventsRequest& request);
Operations OperationsOf(const v1::ResumeRecoveryRequest& request);

/// What a call is about whose message names nothing: some accounts, unless it acts on all.
template <typename Request>
inline constexpr Asked::Of kUnnamed = Asked::Of::kSomeAccounts;
template <>
inline constexpr Asked::Of kUnnamed<v1::ResumeRecoveryRequest> = Asked::Of::kEveryAccount;

/// Whether `accounts/-` in a call means the accounts for which the principal has the permission,
/// however many: it shows what is there for each. Else it means all accounts.
template <typename Request>
inline constexpr bool kShowsWhatIsGranted = false;
template <>
inline constexpr bool kShowsWhatIsGranted<v1::ListPrivacyRequestsRequest> = true;
template <>
inline constexpr bool kShowsWhatIsGranted<v1::ListExceptionsRequest> = true;
template <>
inline constexpr bool kShowsWhatIsGranted<v1::SummarizePrivacyRequestsRequest> = true;
template <>
inline constexpr bool kShowsWhatIsGranted<v1::LookupSubjectRequest> = true;

template <typename Request>
Asked AskedBy(const Request& request) {
  Asked asked{.permission = {}, .of = kUnnamed<Request>};
  if constexpr (requires { request.parent(); }) {
    asked = AskedOf(request.parent());
  } else if constexpr (requires { request.name(); }) {
    asked = AskedOf(request.name());
  }
  if (kShowsWhatIsGranted<Request> && asked.of == Asked::Of::kEveryAccount) {
    asked.of = Asked::Of::kSomeAccounts;
  }
  asked.permission = MethodOf<Request>::kPermission;
  asked.operations = OperationsOf(request);
  return asked;
}

}  // namespace lethe::api
