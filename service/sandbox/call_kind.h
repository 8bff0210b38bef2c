#pragma once

#include <array>
#include <string_view>

namespace lethe::sandbox {

/// What a POST names people by.
enum class CallKind { kIdentity, kGuid, kPhone };

inline constexpr std::array kCallKinds{CallKind::kIdentity, CallKind::kGuid, CallKind::kPhone};

constexpr std::string_view Name(CallKind kind) {
  switch (kind) {
    case CallKind::kIdentity: return "identity";
    case CallKind::kGuid: return "guid";
    case CallKind::kPhone: return "phone";
  }
  return "";
}

}  // namespace lethe::sandbox
