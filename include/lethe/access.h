#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/operation.h"
#include "lethe/principal_limits.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

// Who may do what: pure rules. A principal may do only what one of its grants allows.
// service/access finds the principal of a call, by its token or certificate.

/// One kind of thing that a call does. Each method of the API has one of them, as an option in the
/// proto (`lethe.v1.Permission` has the same values).
enum class Permission {
  kSubmit,   ///< Hand over requests.
  kRead,     ///< See requests and their items.
  kInspect,  ///< See reviews, accounts and pauses.
  kDecide,   ///< Decide about reviews, end blocks, pause and resume calls.
  kApprove,  ///< Release what waits for the approval of another principal.
  kAudit,    ///< See what operators decided.
};

/// A bundle of permissions that a principal is granted.
enum class Role {
  kSubmitter,      ///< A system that hands over requests, and follows them.
  kReader,         ///< A dashboard.
  kOperator,       ///< A person who decides about what Lethe cannot.
  kApprover,       ///< A person who releases what waits for approval.
  kAuditor,        ///< A person who looks at what others decided.
  kAdministrator,  ///< May do everything.
};

/// The names used in the access file, the API, logs and documents.
constexpr std::string_view Name(Permission permission) {
  switch (permission) {
    case Permission::kSubmit: return "submit";
    case Permission::kRead: return "read";
    case Permission::kInspect: return "inspect";
    case Permission::kDecide: return "decide";
    case Permission::kApprove: return "approve";
    case Permission::kAudit: return "audit";
  }
  return "";
}
constexpr std::string_view Name(Role role) {
  switch (role) {
    case Role::kSubmitter: return "submitter";
    case Role::kReader: return "reader";
    case Role::kOperator: return "operator";
    case Role::kApprover: return "approver";
    case Role::kAuditor: return "auditor";
    case Role::kAdministrator: return "administrator";
  }
  return "";
}

template <>
inline constexpr auto kAll<Permission> = AllNamed<Permission>();
template <>
inline constexpr auto kAll<Role> = AllNamed<Role>();

/// Whether the role has the permission.
constexpr bool Has(Role role, Permission permission) {
  using enum Permission;
  switch (role) {
    case Role::kSubmitter: return permission == kSubmit || permission == kRead;
    case Role::kReader: return permission == kRead || permission == kInspect;
    case Role::kOperator:
      return permission == kRead || permission == kInspect || permission == kDecide ||
             permission == kAudit;
    case Role::kApprover:
      return permission == kRead || permission == kInspect || permission == kApprove;
    case Role::kAuditor:
      return permission == kRead || permission == kInspect || permission == kAudit;
    case Role::kAdministrator: return true;
  }
  return false;
}

/// A set of operations.
class Operations {
 public:
  constexpr Operations() = default;
  constexpr Operations(std::initializer_list<Operation> operations) {
    for (const Operation operation : operations) bits_ |= Bit(operation);
  }
  static constexpr Operations All() {
    Operations all;
    for (const Operation operation : kAll<Operation>) all.bits_ |= Bit(operation);
    return all;
  }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Contains(Operation operation) const { return (bits_ & Bit(operation)) != 0; }
  constexpr bool Contains(Operations others) const { return (bits_ | others.bits_) == bits_; }
  constexpr void Add(Operations others) { bits_ |= others.bits_; }

  friend bool operator==(const Operations&, const Operations&) = default;

 private:
  static constexpr std::uint8_t Bit(Operation operation) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(operation));
  }
  std::uint8_t bits_ = 0;
};

/// Gives a principal a role. It is in force before `until`.
struct Grant {
  Role role;
  std::vector<std::string> accounts = {};  ///< Names of accounts.
  bool every_account = false;              ///< Also of those that are not configured yet.
  Operations operations = Operations::All();
  std::optional<TimePoint> until = {};  ///< Nothing: it has no end.
};

/// The name under which a program or a person acts: on requests, in the scope of idempotency keys,
/// in decisions, in logs.
struct Principal {
  std::string name;
  std::vector<Grant> grants = {};
  PrincipalLimits limits = {};
};

/// Whom every caller is where there is no access file; requests of that time are kept under it.
inline constexpr std::string_view kAnonymous = "anonymous";

/// What a call wants.
struct Asked {
  enum class Of {
    kOneAccount,    ///< Of the account that it names.
    kEveryAccount,  ///< Of all of them at once.
    kSomeAccounts,  ///< Of those for which the principal has the permission: what it is shown, or
                    ///< may decide, depends on them.
  };

  Permission permission;
  Of of = Of::kOneAccount;
  std::string_view account = {};  ///< With kOneAccount.

  /// All of these must be granted. Empty: any one will do; what it is shown depends on them.
  Operations operations = {};
};

enum class Verdict {
  kYes,
  kDenied,   ///< The principal knows the account and lacks the permission.
  kNotSeen,  ///< No grant of the principal's is about the account: it does not exist for it.
};

/// The operations of the account for which the principal has the permission at that time.
Operations OperationsFor(const Principal& principal, Permission permission,
                         std::string_view account, TimePoint now);

/// Whether a grant of the principal's, whichever its role, is about the account at that time.
bool Sees(const Principal& principal, std::string_view account, TimePoint now);

/// Whether the principal may do it at that time.
Verdict Judge(const Principal& principal, const Asked& asked, TimePoint now);

/// The principal of every call where there is no access file: it may do everything, and its grant
/// has no end.
Principal Everyone();

}  // namespace lethe
