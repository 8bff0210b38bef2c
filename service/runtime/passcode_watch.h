#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lethe/account.h"
#include "lethe/redacted.h"
#include "lethe/result.h"

namespace lethe::runtime {

/// Notices accounts whose passcodes have changed. Used by one thread at a time.
class PasscodeWatch {
 public:
  using Source = std::function<Result<std::vector<Passcode>>(const Account&)>;

  /// `read` gives an account's passcodes as they are now.
  PasscodeWatch(const std::vector<Account>& accounts, Source read);

  /// Tells of each account whose passcodes can be read and are not those that it told of before; at
  /// first, of every account. Where `tell` fails, it is told again the next time.
  void Look(const std::function<Status(const std::string& account)>& tell);

 private:
  struct Watched {
    const Account account;
    std::optional<std::vector<Passcode>> told = {};
  };

  const Source read_;
  std::vector<Watched> watched_;
};

}  // namespace lethe::runtime
