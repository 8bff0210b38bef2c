#pragma once

#include <array>
#include <string_view>

namespace lethe::sandbox {

/// CleverTap's endpoints; each but kConnect has its own limit of concurrent calls per account.
enum class Endpoint { kDelete, kDemerge, kDisassociate, kProfile, kConnect };

inline constexpr std::array kEndpoints{Endpoint::kDelete, Endpoint::kDemerge,
                                       Endpoint::kDisassociate, Endpoint::kProfile,
                                       Endpoint::kConnect};

/// Where redirects of a fault lead; whoever comes here has followed one.
inline constexpr std::string_view kRedirectTarget = "/1/redirected";

/// The names used in the control interface and in reports.
constexpr std::string_view Name(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kDelete: return "delete";
    case Endpoint::kDemerge: return "demerge";
    case Endpoint::kDisassociate: return "disassociate";
    case Endpoint::kProfile: return "profile";
    case Endpoint::kConnect: return "connect";
  }
  return "";
}

constexpr std::string_view Path(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kDelete: return "/1/delete/profiles.json";
    case Endpoint::kDemerge: return "/1/demerge/profiles.json";
    case Endpoint::kDisassociate: return "/1/disassociate";
    case Endpoint::kProfile: return "/1/profile.json";
    case Endpoint::kConnect: return "/v1/connect";
  }
  return "";
}

/// Changes something. The others only look.
constexpr bool IsPost(Endpoint endpoint) {
  return endpoint != Endpoint::kProfile && endpoint != Endpoint::kConnect;
}

}  // namespace lethe::sandbox
