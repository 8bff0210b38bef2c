#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "lethe/account.h"
#include "lethe/result.h"
#include "store/session/pool.h"

namespace lethe::store {

// Accounts that have left the configuration, and what the database still has of them.

/// The hours of an account as it was last configured, without what only its configuration says. In
/// UTC if its time zone is not remembered. Nothing if it never was configured.
Result<std::optional<ProcessingHours>> FindHours(Pool& pool, const std::string& account);

/// What an account that is not configured any more has left unfinished.
struct LeftBehind {
  std::string account;
  std::int64_t unfinished;  ///< Items, those in review included.
  std::int64_t in_review;   ///< Items.
};

/// Of all accounts that are not among those that are configured, by name. Throws what pqxx throws.
std::vector<LeftBehind> FindLeftBehind(pqxx::transaction_base& work,
                                       std::span<const Account> configured);

}  // namespace lethe::store
