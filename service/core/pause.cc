#include "lethe/pause.h"

#include <algorithm>
#include <iterator>

namespace lethe {
namespace {

bool Concerns(const PauseScope& scope, std::string_view account) {
  return scope.account.empty() || scope.account == account;
}

}  // namespace

bool Stops(const PauseScope& scope, std::string_view account, Api api) {
  return Concerns(scope, account) && (!scope.api || scope.api == api);
}

std::vector<Pause> PausesOf(const std::vector<Pause>& pauses, std::string_view account) {
  std::vector<Pause> of_account;
  std::ranges::copy_if(pauses, std::back_inserter(of_account),
                       [&](const Pause& pause) { return Concerns(pause.scope, account); });
  return of_account;
}

}  // namespace lethe
