#include "store/accounts/former_accounts.h"

#include <utility>

#include "store/accounts/sql.h"
#include "store/base/values.h"

namespace lethe::store {

Result<std::optional<ProcessingHours>> FindHours(Pool& pool, const std::string& account) {
  return pool.WithRetry(
      [&](pqxx::connection& connection) -> Result<std::optional<ProcessingHours>> {
        pqxx::nontransaction work(connection);
        const auto known = FirstRow(work, sql::FindAccount{.account = account});
        if (!known) return std::optional<ProcessingHours>{};
        auto zone = TimeZone::Find(known->time_zone);
        return std::optional(ProcessingHours{.zone = zone ? *zone : TimeZone::Find("UTC").value()});
      });
}

std::vector<LeftBehind> FindLeftBehind(pqxx::transaction_base& work,
                                       std::span<const Account> configured) {
  ArrayLiteral names;
  for (const Account& account : configured) names.Add(account.name);
  std::vector<LeftBehind> left_behind;
  for (auto& row : sql::LeftBehind{.accounts = names}.Run(work)) {
    left_behind.push_back({.account = std::move(row.account),
                           .unfinished = row.unfinished,
                           .in_review = row.in_review});
  }
  return left_behind;
}

}  // namespace lethe::store
