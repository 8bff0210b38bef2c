#pragma once

#include <string_view>

#include "lethe/words.h"

namespace lethe {

/// What a person asked for. What depends on it is in operation_traits.h.
enum class Operation { kErasure, kDemerge, kDisassociation };

/// What names the person at CleverTap.
enum class IdentifierKind {
  kIdentity,  ///< The company's own user id; any text up to kMaxIdentityCharacters.
  kGuid,      ///< CleverTap ID. Opaque: 32 hex digits, `__g..`, `-..`, dashed; never a UUID to
              ///< validate.
  kPhone,     ///< E.164 with the plus sign.
};

/// CleverTap's endpoints, which are what its limit of concurrent calls counts by.
enum class Api { kDelete, kDemerge, kDisassociate, kProfile };

/// The names used in SQL, metrics, logs and configuration.
constexpr std::string_view Name(Operation operation) {
  switch (operation) {
    case Operation::kErasure: return "erasure";
    case Operation::kDemerge: return "demerge";
    case Operation::kDisassociation: return "disassociation";
  }
  return "";
}
constexpr std::string_view Name(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::kIdentity: return "identity";
    case IdentifierKind::kGuid: return "guid";
    case IdentifierKind::kPhone: return "phone";
  }
  return "";
}
constexpr std::string_view Name(Api api) {
  switch (api) {
    case Api::kDelete: return "delete";
    case Api::kDemerge: return "demerge";
    case Api::kDisassociate: return "disassociate";
    case Api::kProfile: return "profile";
  }
  return "";
}

template <>
inline constexpr auto kAll<Operation> = AllNamed<Operation>();
template <>
inline constexpr auto kAll<IdentifierKind> = AllNamed<IdentifierKind>();
template <>
inline constexpr auto kAll<Api> = AllNamed<Api>();

}  // namespace lethe
