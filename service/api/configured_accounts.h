#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "lethe/account.h"
#include "lethe/reasons.h"
#include "lethe/result.h"

namespace lethe::api {

/// The accounts of the configuration, in its order.
class ConfiguredAccounts {
 public:
  explicit ConfiguredAccounts(std::vector<Account> accounts) : accounts_(std::move(accounts)) {}

  /// kNotFound (ACCOUNT_NOT_FOUND) if no account has this name.
  Result<const Account*> Find(std::string_view name) const {
    for (const Account& account : accounts_) {
      if (account.name == name) return &account;
    }
    return Error{.code = ErrorCode::kNotFound,
                 .reason = Text(ErrorReason::kAccountNotFound),
                 .message = "no such account is configured"};
  }

  const std::vector<Account>& all() const { return accounts_; }

 private:
  const std::vector<Account> accounts_;
};

}  // namespace lethe::api
