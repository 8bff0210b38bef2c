#pragma once

#include <array>
#include <string_view>

namespace lethe {

/// The methods of PrivacyRequestService.
enum class Method {
  kCreatePrivacyRequest,
  kGetPrivacyRequest,
  kListPrivacyRequests,
  kListPrivacyRequestItems,
};

inline constexpr std::array kMethods{Method::kCreatePrivacyRequest, Method::kGetPrivacyRequest,
                                     Method::kListPrivacyRequests,
                                     Method::kListPrivacyRequestItems};

constexpr std::string_view Name(Method method) {
  switch (method) {
    case Method::kCreatePrivacyRequest: return "CreatePrivacyRequest";
    case Method::kGetPrivacyRequest: return "GetPrivacyRequest";
    case Method::kListPrivacyRequests: return "ListPrivacyRequests";
    case Method::kListPrivacyRequestItems: return "ListPrivacyRequestItems";
  }
  return "";
}

}  // namespace lethe
