#pragma once

#include <functional>
#include <string>

#include "crypto/key_ring.h"
#include "lethe/account.h"
#include "lethe/redacted.h"
#include "lethe/result.h"
#include "runtime/config.h"

namespace lethe::runtime {

/// Where the database is, read anew at each call if it is in a file.
std::function<Result<std::string>()> DatabaseUrlSource(const Config::Database& database);

/// The keys of `keys_file`.
Result<crypto::KeyRing> LoadKeys(const Config& config);

/// The account's passcode as its file has it now.
Result<Passcode> ReadPasscode(const Account& account);

}  // namespace lethe::runtime
