#pragma once

#include <compare>
#include <string>

#include "lethe/account.h"

namespace lethe {

/// What CleverTap takes for one project, and counts calls by: two accounts are one project exactly
/// if these are equal.
struct Project {
  /// Lower case, with the port unless it is 443; without the dot at the end of a full name.
  /// `api.clevertap.com` for both names of the European host, and `localhost` for every name and
  /// address of this machine's loopback.
  std::string host;

  std::string account_id;  ///< Upper case: CleverTap writes them so.

  friend auto operator<=>(const Project&, const Project&) = default;
};

/// The project that the account sends to. `account.base_url` is scheme, host and perhaps a port.
Project ProjectOf(const Account& account);

/// For people: `TEST-1 at in1.api.clevertap.com`.
std::string ToText(const Project& project);

}  // namespace lethe
