#include "lethe/access.h"

#include <algorithm>

namespace lethe {
namespace {

bool IsInForce(const Grant& grant, TimePoint now) { return !grant.until || now < *grant.until; }

bool IsAbout(const Grant& grant, std::string_view account) {
  return grant.every_account || std::ranges::find(grant.accounts, account) != grant.accounts.end();
}

/// The operations that grants give the permission for, of those grants that `concern` the call.
template <typename Concern>
Operations Granted(const Principal& principal, Permission permission, TimePoint now,
                   Concern concern) {
  Operations granted;
  for (const Grant& grant : principal.grants) {
    if (Has(grant.role, permission) && IsInForce(grant, now) && concern(grant)) {
      granted.Add(grant.operations);
    }
  }
  return granted;
}

}  // namespace

Operations OperationsFor(const Principal& principal, Permission permission,
                         std::string_view account, TimePoint now) {
  return Granted(principal, permission, now,
                 [&](const Grant& grant) { return IsAbout(grant, account); });
}

bool Sees(const Principal& principal, std::string_view account, TimePoint now) {
  return std::ranges::any_of(principal.grants, [&](const Grant& grant) {
    return IsInForce(grant, now) && IsAbout(grant, account);
  });
}

Verdict Judge(const Principal& principal, const Asked& asked, TimePoint now) {
  Operations granted;
  switch (asked.of) {
    case Asked::Of::kOneAccount:
      granted = OperationsFor(principal, asked.permission, asked.account, now);
      break;
    case Asked::Of::kEveryAccount:
      granted = Granted(principal, asked.permission, now,
                        [](const Grant& grant) { return grant.every_account; });
      break;
    case Asked::Of::kSomeAccounts:
      granted = Granted(principal, asked.permission, now, [](const Grant&) { return true; });
      break;
  }
  if (!granted.empty() && granted.Contains(asked.operations)) return Verdict::kYes;
  const bool names_unseen =
      asked.of == Asked::Of::kOneAccount && !Sees(principal, asked.account, now);
  return names_unseen ? Verdict::kNotSeen : Verdict::kDenied;
}

Principal Everyone() {
  return {.name = std::string(kAnonymous),
          .grants = {{.role = Role::kAdministrator, .every_account = true}}};
}

}  // namespace lethe
