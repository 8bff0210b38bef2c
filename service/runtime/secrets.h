#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/account.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "runtime/config.h"

namespace lethe::runtime {

/// Where the database is, read anew at each call if it is in a file.
std::function<Result<std::string>()> DatabaseUrlSource(const Config::Database& database);

/// The same for `lethed migrate`: as the owner of the tables, if the configuration names one.
std::function<Result<std::string>()> OwnerUrlSource(const Config::Database& database);

/// The keys of `keys_file`.
Result<crypto::KeyRing> LoadKeys(const Config& config);

/// One passcode replaces another without a gap while the file holds both.
inline constexpr std::size_t kMaxPasscodes = 2;

/// The account's passcodes as its file has them now: 1..kMaxPasscodes, one a line.
///   kFailedPrecondition (SECRET_FILE): as SecretFile::Read(), or a line that holds no passcode.
Result<std::vector<Passcode>> ReadPasscodes(const Account& account);

}  // namespace lethe::runtime
