#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lethe::sandbox {

/// Which credentials are taken. An account may have several passcodes at once, as CleverTap allows.
class Credentials {
 public:
  /// Any.
  Credentials() = default;

  /// These only, until Set() says more.
  Credentials(const std::string& account_id, std::string passcode) : others_(false) {
    Set(account_id, {std::move(passcode)});
  }

  /// From now on these are the account's; without any, all are wrong.
  void Set(const std::string& account_id, std::vector<std::string> passcodes) {
    passcodes_[account_id] = std::move(passcodes);
  }

  bool Take(std::string_view account_id, std::string_view passcode) const {
    const auto account = passcodes_.find(account_id);
    if (account == passcodes_.end()) return others_;
    return std::ranges::find(account->second, passcode) != account->second.end();
  }

 private:
  bool others_ = true;  ///< Accounts that Set() does not know.
  std::map<std::string, std::vector<std::string>, std::less<>> passcodes_;
};

}  // namespace lethe::sandbox
