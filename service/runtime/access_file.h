#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "access/directory.h"
#include "lethe/account.h"
#include "lethe/result.h"

namespace lethe::runtime {

/// Who may do what, as the file says it. deploy/local/access.yaml documents every key.
struct AccessFile {
  /// At least one. Names and credentials are unique.
  std::vector<access::Member> members;

  /// What is allowed, and may be a mistake, with its place: grants for accounts that are not
  /// configured (they may have left the configuration, or come to it later).
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

/// What the text, of the file at `path`, says. Errors are as those of LoadConfig(): every one at
/// once, with its place, and none repeats a value.
Result<AccessFile> ParseAccessFile(const std::string& path, const std::string& text,
                                   std::span<const Account> accounts);

}  // namespace lethe::runtime
