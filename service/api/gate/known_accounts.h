#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lethe/account.h"
#include "lethe/reasons.h"
#include "lethe/result.h"

namespace lethe::api {

/// The hours of an account that has left the configuration, from what the database remembers of it.
/// Nothing if it never was in one. May wait for the database.
using FormerAccounts =
    std::function<Result<std::optional<ProcessingHours>>(const std::string& name)>;

/// The answer about an account that there is not, or that is none of the caller's.
inline Error NoSuchAccount() {
  return {.code = ErrorCode::kNotFound,
          .reason = Text(ErrorReason::kAccountNotFound),
          .message = "no such account is configured"};
}

/// What it takes to show an account's requests, and to decide about them.
struct KnownAccount {
  ProcessingHours hours;
  bool configured;  ///< Otherwise nothing is sent for it.
};

/// The accounts of the configuration, in its order, and behind them those that have left it: their
/// requests are still answered for.
class KnownAccounts {
 public:
  // Implicit: a test that has no former accounts gives its accounts alone.
  KnownAccounts(std::vector<Account> configured,  // NOLINT(google-explicit-constructor)
                FormerAccounts former = {})
      : configured_(std::move(configured)), former_(std::move(former)) {}

  /// kNotFound (ACCOUNT_NOT_FOUND) if the configuration has no account of this name.
  Result<const Account*> FindConfigured(std::string_view name) const {
    for (const Account& account : configured_) {
      if (account.name == name) return &account;
    }
    return NoSuchAccount();
  }

  /// The same, or one that was configured once. Runs where handlers may wait.
  Result<KnownAccount> Find(const std::string& name) const {
    const auto configured = FindConfigured(name);
    if (configured) return KnownAccount{(*configured)->hours, true};
    if (!former_) return configured.error();
    auto hours = former_(name);
    if (!hours) return std::move(hours).error();
    if (!*hours) return configured.error();
    return KnownAccount{**std::move(hours), false};
  }

  const std::vector<Account>& configured() const { return configured_; }

 private:
  std::vector<Account> configured_;
  FormerAccounts former_;
};

}  // namespace lethe::api
