#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lethe/operation.h"
#include "lethe/operation_traits.h"
#include "lethe/result.h"

namespace lethe::api {

/// One rule for identifiers. Lethe sends an identifier exactly as it came, and CleverTap answers
/// success for one that it does not know: what is wrong with it must be found here, or the person
/// counts as erased and is not. service/docs/decisions/0016-identifiers.md explains the choices.
struct IdentifierRule {
  std::string_view name;     ///< FieldViolation.reason: stable UPPER_SNAKE_CASE.
  KindSet kinds;             ///< Of which identifiers.
  std::string_view demand;   ///< What the identifier must be: a violation's description.
  std::string_view because;  ///< Why such an identifier is refused.
};

/// All rules, in the order in which faults at one character are told.
std::span<const IdentifierRule> IdentifierRules();

/// The first rule that an identifier of this kind breaks, with the place of the character, counted
/// from 1, where there is one. Nothing if it is good. Neither has the identifier in it.
struct IdentifierFault {
  const IdentifierRule& rule;
  int character;  ///< 0: it is about the whole.
};
std::optional<IdentifierFault> FaultOfIdentifier(IdentifierKind kind, std::string_view text);

/// The fault of `field` as callers see it.
FieldViolation ToViolation(std::string field, const IdentifierFault& fault);

}  // namespace lethe::api
