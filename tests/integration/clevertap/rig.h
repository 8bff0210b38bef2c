#pragma once

#include <string>
#include <utility>
#include <vector>

#include "clevertap/http_vendor_client.h"
#include "lethe/window.h"

namespace lethe {

inline constexpr char kAccount[] = "acme";
inline constexpr char kAccountId[] = "TEST-ACC-1";
inline constexpr char kPasscode[] = "open-sesame";

inline Account AccountAt(std::string base_url, std::string account_id = kAccountId) {
  return {.name = kAccount,
          .base_url = std::move(base_url),
          .account_id = std::move(account_id),
          .passcode_file = {},
          .hours = {.zone = *TimeZone::Find("UTC")}};
}

inline clevertap::PasscodeSource Always(std::string passcode) {
  return [passcodes = std::vector{Passcode(std::move(passcode))}](const Account&) {
    return passcodes;
  };
}

/// A client of one account.
inline clevertap::HttpVendorClient ClientOf(Account account, clevertap::HttpOptions options = {}) {
  return {{std::move(account)}, Always(kPasscode), std::move(options)};
}

inline VendorReply Send(VendorClient& client, Operation operation, IdentifierKind kind,
                        const std::vector<std::string>& values) {
  const std::vector<Identifier> identifiers(values.begin(), values.end());
  return client.Send(
      {.account = kAccount, .operation = operation, .kind = kind, .identifiers = identifiers});
}

inline VendorReply Erase(VendorClient& client, const std::vector<std::string>& values) {
  return Send(client, Operation::kErasure, IdentifierKind::kIdentity, values);
}

inline VendorReply Disassociate(VendorClient& client, const std::vector<std::string>& phones) {
  return Send(client, Operation::kDisassociation, IdentifierKind::kPhone, phones);
}

}  // namespace lethe
