#pragma once

#include <array>
#include <string_view>

#include "lethe/words.h"

namespace lethe {

/// The methods of PrivacyRequestService and, from kListReviews on, of OperatorService. No two have
/// the same name.
enum class Method {
  kCreatePrivacyRequest,
  kGetPrivacyRequest,
  kListPrivacyRequests,
  kListPrivacyRequestItems,
  kListReviews,
  kGetReview,
  kResolveReview,
  kListAccounts,
  kGetAccount,
  kResumeAccount,
  kListAuditEvents,
};

template <>
inline constexpr auto kAll<Method> = std::array{
    Method::kCreatePrivacyRequest,    Method::kGetPrivacyRequest, Method::kListPrivacyRequests,
    Method::kListPrivacyRequestItems, Method::kListReviews,       Method::kGetReview,
    Method::kResolveReview,           Method::kListAccounts,      Method::kGetAccount,
    Method::kResumeAccount,           Method::kListAuditEvents};

constexpr std::string_view Name(Method method) {
  switch (method) {
    case Method::kCreatePrivacyRequest: return "CreatePrivacyRequest";
    case Method::kGetPrivacyRequest: return "GetPrivacyRequest";
    case Method::kListPrivacyRequests: return "ListPrivacyRequests";
    case Method::kListPrivacyRequestItems: return "ListPrivacyRequestItems";
    case Method::kListReviews: return "ListReviews";
    case Method::kGetReview: return "GetReview";
    case Method::kResolveReview: return "ResolveReview";
    case Method::kListAccounts: return "ListAccounts";
    case Method::kGetAccount: return "GetAccount";
    case Method::kResumeAccount: return "ResumeAccount";
    case Method::kListAuditEvents: return "ListAuditEvents";
  }
  return "";
}

}  // namespace lethe
