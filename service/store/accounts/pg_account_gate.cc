#include "store/accounts/pg_account_gate.h"

#include "store/accounts/sql.h"

namespace lethe::store {
namespace {

/// False: the block has changed since the probe was taken.
bool CarryOut(pqxx::work& work, const AccountProbe& probe, ProbeFinding finding) {
  const auto& [account, reason, lease_until, probe_count] = probe;
  switch (finding) {
    case ProbeFinding::kHealthy:
      if (sql::EndBlock{.account = account, .lease_until = lease_until}.Run(work).empty()) {
        return false;
      }
      sql::FreeRefused{.account = account}.Run(work);
      return true;
    case ProbeFinding::kAskByBatch:
      return !sql::ProbeByBatch{
          .account = account, .lease_until = lease_until, .wait = kBeforeBatchProbe}
                  .Run(work)
                  .empty();
    case ProbeFinding::kAskAgain: break;
  }
  return !sql::ProbeLater{.account = account, .lease_until = lease_until}.Run(work).empty();
}

}  // namespace

PgAccountGate::PgAccountGate(const std::vector<Account>& accounts, Pool& pool) : pool_(pool) {
  for (const Account& account : accounts) accounts_.Add(account.name);
}

Result<std::optional<AccountProbe>> PgAccountGate::TakeProbe(milliseconds lease) {
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<AccountProbe>> {
    pqxx::work work(connection);
    sql::HoldOffPauses{}.Run(work);
    const auto taken = FirstRow(
        work, sql::TakeConnectProbe{
                  .accounts = accounts_, .lease = lease, .look_again_after = kLookAgainAfter});
    if (!taken) return std::optional<AccountProbe>{};
    work.commit();
    return std::optional(
        AccountProbe{taken->account, taken->reason, taken->lease_until, taken->probe_count});
  });
}

Result<bool> PgAccountGate::Record(const AccountProbe& probe, ProbeFinding finding) {
  return pool_.With([&](pqxx::connection& connection) -> Result<bool> {
    pqxx::work work(connection);
    const bool changed = CarryOut(work, probe, finding);
    if (changed) work.commit();
    return changed;
  });
}

Status PgAccountGate::ProbeSoon(std::string_view account) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    sql::ProbeSoon{.account = account}.Run(work);
    work.commit();
    return Ok();
  });
}

}  // namespace lethe::store
