#include "runtime/passcode_watch.h"

#include <utility>

namespace lethe::runtime {

PasscodeWatch::PasscodeWatch(const std::vector<Account>& accounts, Source read)
    : read_(std::move(read)) {
  for (const Account& account : accounts) watched_.push_back({.account = account});
}

void PasscodeWatch::Look(const std::function<Status(const std::string& account)>& tell) {
  for (Watched& watched : watched_) {
    auto passcodes = read_(watched.account);
    if (!passcodes.ok()) {
      // Calls fail while the file is away, so its return is news even with the same content.
      watched.told.reset();
    } else if (watched.told != *passcodes && tell(watched.account.name).ok()) {
      watched.told = std::move(*passcodes);
    }
  }
}

}  // namespace lethe::runtime
