#pragma once

#include <array>
#include <string_view>

namespace lethe::sandbox {

/// CleverTap's endpoints; each has its own limit of concurrent calls per account.
enum class Endpoint { kDelete, kDemerge, kDisassociate, kProfile };

inline constexpr std::array kEndpoints{Endpoint::kDelete, Endpoint::kDemerge,
                                       Endpoint::kDisassociate, Endpoint::kProfile};

/// The names used in the control interface and in reports.
constexpr std::string_view Name(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kDelete: return "delete";
    case Endpoint::kDemerge: return "demerge";
    case Endpoint::kDisassociate: return "disassociate";
    case Endpoint::kProfile: return "profile";
  }
  return "";
}

constexpr std::string_view Path(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kDelete: return "/1/delete/profiles.json";
    case Endpoint::kDemerge: return "/1/demerge/profiles.json";
    case Endpoint::kDisassociate: return "/1/disassociate";
    case Endpoint::kProfile: return "/1/profile.json";
  }
  return "";
}

}  // namespace lethe::sandbox
