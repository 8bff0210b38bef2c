#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/directory.h"
#include "access/jwk_set.h"
#include "access/jwt.h"
#include "lethe/account.h"
#include "lethe/result.h"

namespace lethe::runtime {

/// An issuer of JWTs, and where its keys are: a JWK set that is read again when it changes.
struct IssuerEntry {
  access::Issuer issuer;
  std::string keys_file;  ///< With the directory of the access file before it.

  friend bool operator==(const IssuerEntry&, const IssuerEntry&) = default;
};

/// Who may do what, as the file says it. deploy/local/access.yaml documents every key.
struct AccessFile {
  /// At least one. Names and credentials are unique; every JWT is of one of the issuers.
  std::vector<access::Member> members;

  /// Names and URLs are unique.
  std::vector<IssuerEntry> issuers;

  /// What is allowed, and may be a mistake, with its place: grants for accounts that are not
  /// configured (they may have left the configuration, or come to it later); issuers whose tokens
  /// name nobody.
  std::vector<std::string> notes;
};

/// Far above the principals of any company.
inline constexpr std::size_t kMaxAccessFileBytes = 1024UL * 1024;

/// So many names, credentials, roles, accounts and operations a file may have, each counted as
/// often as an alias repeats it.
inline constexpr std::size_t kMaxAccessValues = 100'000;

/// The text of the file.
///   kInvalidArgument (BAD_CONFIG): it cannot be read, is no regular file or too large, or
///   everybody on this machine may change it.
Result<std::string> ReadAccessText(const std::string& path);

/// Far above a hundred keys.
inline constexpr std::size_t kMaxIssuerKeysBytes = 1024UL * 1024;

/// The text of an issuer's file of keys. Errors are as those of ReadAccessText(): whoever changes
/// it makes tokens.
Result<std::string> ReadIssuerKeysText(const std::string& path);

/// The keys in the text, of the file at IssuerEntry::keys_file.
///   kInvalidArgument (BAD_CONFIG): as JwkSet::Read(); says the path and why.
Result<access::JwkSet> ParseIssuerKeys(const IssuerEntry& entry, std::string_view text);

/// What the text, of the file at `path`, says. Errors are as those of LoadConfig(): every one at
/// once, with its place, and none repeats a value.
Result<AccessFile> ParseAccessFile(const std::string& path, const std::string& text,
                                   std::span<const Account> accounts);

}  // namespace lethe::runtime
