#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lethe/batch.h"

namespace lethe::api {

/// `accounts/{account}/privacyRequests/{id}`. The id is the decimal number without sign or leading
/// zeros, so that every request has one name.
struct RequestName {
  std::string account;
  RequestId id;

  friend bool operator==(const RequestName&, const RequestName&) = default;
};

/// `accounts/{account}`: the account's slug, or nothing if the text has not this form. Says nothing
/// about whether such an account exists.
std::optional<std::string> ParseAccountName(std::string_view text);

std::optional<RequestName> ParseRequestName(std::string_view text);

std::string FormatRequestName(std::string_view account, RequestId id);

}  // namespace lethe::api
