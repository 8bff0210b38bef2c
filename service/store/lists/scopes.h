#pragma once

#include <span>
#include <string>
#include <vector>

#include "lethe/request_filter.h"

namespace lethe::store {

/// `erasure,demerge`: as statements take the operations of a scope.
inline std::string WithCommas(Operations operations) {
  std::string text;
  for (const Operation operation : kAll<Operation>) {
    if (!operations.Contains(operation)) continue;
    if (!text.empty()) text += ',';
    text += Name(operation);
  }
  return text;
}

/// Fills the rows `scopes` of a statement.
template <typename Rows>
void AddScopes(Rows& rows, std::span<const AccountScope> scopes) {
  for (const AccountScope& scope : scopes) {
    const std::string operations = WithCommas(scope.operations);
    rows.Add({.account = scope.account, .operations = operations});
  }
}

}  // namespace lethe::store
