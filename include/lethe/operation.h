#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "lethe/words.h"

namespace lethe {

/// What a person asked for.
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

template <>
inline constexpr auto kAll<Api> =
    std::array{Api::kDelete, Api::kDemerge, Api::kDisassociate, Api::kProfile};

template <>
inline constexpr auto kAll<Operation> =
    std::array{Operation::kErasure, Operation::kDemerge, Operation::kDisassociation};

template <>
inline constexpr auto kAll<IdentifierKind> =
    std::array{IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone};

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

constexpr Api ApiOf(Operation operation) {
  switch (operation) {
    case Operation::kErasure: return Api::kDelete;
    case Operation::kDemerge: return Api::kDemerge;
    case Operation::kDisassociation: return Api::kDisassociate;
  }
  return Api::kDelete;
}

/// Which kinds CleverTap's endpoint for the operation takes (clevertap.com: "Delete User Profile",
/// "Demerge User Profile", "Disassociate API"): erasure an identity or a guid, demerge an identity,
/// disassociation a phone.
constexpr bool Takes(Operation operation, IdentifierKind kind) {
  switch (operation) {
    case Operation::kErasure:
      return kind == IdentifierKind::kIdentity || kind == IdentifierKind::kGuid;
    case Operation::kDemerge: return kind == IdentifierKind::kIdentity;
    case Operation::kDisassociation: return kind == IdentifierKind::kPhone;
  }
  return false;
}

/// Whether CleverTap can be asked about the operation without carrying it out (clevertap.com:
/// "Disassociate API", `dryRun`).
constexpr bool HasDryRun(Operation operation) { return operation == Operation::kDisassociation; }

/// Identifiers in one call, and so in one envelope. More is refused whole by CleverTap ("Max 100
/// are allowed").
constexpr int EnvelopeCapacity(Operation operation) {
  return operation == Operation::kDisassociation ? 1000 : 100;
}

}  // namespace lethe
