#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/fields/names.h"
#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "lethe/request_filter.h"
#include "lethe/result.h"

namespace lethe::api {

/// An account of a call that shows what is granted, with what it takes to show its requests.
struct ShownAccount {
  AccountScope scope;
  KnownAccount known;
};

/// The accounts that a call is about, each with the operations that its caller may see and that are
/// wanted; nothing: all. `account` is empty for `accounts/-`: every account of the configuration of
/// which the caller may see anything. kNotFound (ACCOUNT_NOT_FOUND) as KnownAccounts::Find(), which
/// may wait.
inline Result<std::vector<ShownAccount>> ShownAccounts(const std::string& account,
                                                       std::optional<Operation> wanted,
                                                       const Caller& caller,
                                                       const KnownAccounts& accounts) {
  std::vector<ShownAccount> shown;
  const auto add = [&](const std::string& name, const KnownAccount& known) {
    Operations operations = caller.OperationsIn(name);
    if (wanted) operations = operations.Contains(*wanted) ? Operations{*wanted} : Operations{};
    if (operations.empty()) return;
    shown.push_back({.scope = {.account = name, .operations = operations}, .known = known});
  };
  if (!account.empty()) {
    const auto known = accounts.Find(account);
    if (!known) return known.error();
    add(account, *known);
    return shown;
  }
  for (const Account& one : accounts.configured()) {
    add(one.name, {.hours = one.hours, .configured = true});
  }
  return shown;
}

inline std::vector<AccountScope> ScopesOf(const std::vector<ShownAccount>& accounts) {
  std::vector<AccountScope> scopes;
  scopes.reserve(accounts.size());
  for (const ShownAccount& account : accounts) scopes.push_back(account.scope);
  return scopes;
}

}  // namespace lethe::api
