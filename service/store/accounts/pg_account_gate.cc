#include "store/accounts/pg_account_gate.h"

#include "store/base/account_statements.h"
#include "store/base/refusal_statements.h"
#include "store/base/values.h"

namespace lethe::store {
namespace {

std::string NamesOf(const std::vector<Account>& accounts) {
  ArrayLiteral names;
  for (const Account& account : accounts) names.AddText(account.name);
  return names.str();
}

const Statement& StatementFor(ProbeFinding finding) {
  switch (finding) {
    case ProbeFinding::kHealthy: return kEndBlock;
    case ProbeFinding::kAskByBatch: return kProbeByBatch;
    case ProbeFinding::kAskAgain: break;
  }
  return kProbeLater;
}

}  // namespace

PgAccountGate::PgAccountGate(const std::vector<Account>& accounts, Pool& pool)
    : accounts_(NamesOf(accounts)), pool_(pool) {}

Result<std::optional<AccountProbe>> PgAccountGate::TakeProbe(milliseconds lease) {
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<AccountProbe>> {
    pqxx::work work(connection);
    const auto taken = work.exec_prepared(kTakeConnectProbe.name, accounts_, lease.count());
    if (taken.empty()) return std::optional<AccountProbe>{};
    const auto& row = taken[0];
    const AccountProbe probe{.account = row[0].as<std::string>(),
                             .reason = row[1].as<std::string>(),
                             .lease_until = ToTime(row[2])};
    work.commit();
    return std::optional(probe);
  });
}

Result<bool> PgAccountGate::Record(const AccountProbe& probe, ProbeFinding finding) {
  return pool_.With([&](pqxx::connection& connection) -> Result<bool> {
    pqxx::work work(connection);
    const auto changed =
        work.exec_prepared(StatementFor(finding).name, probe.account, ToMicros(probe.lease_until));
    if (changed.empty()) return false;
    if (finding == ProbeFinding::kHealthy) work.exec_prepared(kFreeRefused.name, probe.account);
    work.commit();
    return true;
  });
}

Status PgAccountGate::ProbeSoon(std::string_view account) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    work.exec_prepared(kProbeSoon.name, std::string(account));
    work.commit();
    return Ok();
  });
}

}  // namespace lethe::store
