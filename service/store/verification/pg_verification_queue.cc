#include "store/verification/pg_verification_queue.h"

#include <utility>

#include "store/verification/look_recorder.h"
#include "store/verification/sql.h"

namespace lethe::store {

PgVerificationQueue::PgVerificationQueue(std::string holder, const std::vector<Account>& accounts,
                                         crypto::LiveKeys keys, Pool& pool)
    : claimer_(std::move(holder), keys), keys_(std::move(keys)), pool_(pool) {
  for (const Account& account : accounts) {
    if (account.verification.on()) accounts_.emplace(account.name, account);
  }
}

Result<std::vector<Route>> PgVerificationQueue::Due(std::span<const Route> routes,
                                                    milliseconds linger) {
  sql::DueLooks looks{.linger = linger};
  for (const Route& route : routes) {
    if (!accounts_.contains(route.account)) continue;
    looks.routes.Add({.account = route.account, .operation = route.operation});
  }
  return pool_.WithRetry([&](pqxx::connection& connection) -> Result<std::vector<Route>> {
    pqxx::nontransaction work(connection);
    std::vector<Route> due;
    for (auto& row : looks.Run(work)) due.push_back({std::move(row.account), row.operation});
    return due;
  });
}

Result<std::optional<LookClaim>> PgVerificationQueue::Take(const LookParams& params) {
  const auto account = accounts_.find(params.route.account);
  if (account == accounts_.end()) return std::optional<LookClaim>();
  return pool_.With([&](pqxx::connection& connection) -> Result<std::optional<LookClaim>> {
    pqxx::work work(connection);
    auto claim = claimer_.Take(work, params, account->second);
    if (claim) work.commit();
    return claim;
  });
}

Result<Recorded> PgVerificationQueue::Record(const LookClaim& claim, const LookResult& result) {
  if (const Status checked = CheckLookResult(claim, result); !checked.ok()) return checked.error();
  const LookEnd end{.claim = claim,
                    .result = result,
                    .second_look = accounts_.at(claim.route.account).verification.second_look};
  return pool_.With([&](pqxx::connection& connection) -> Result<Recorded> {
    pqxx::work work(connection);
    const Recorded recorded = RecordLook(work, end, keys_.Current());
    if (recorded == Recorded::kApplied) work.commit();
    return recorded;
  });
}

Result<int> PgVerificationQueue::ForgetCaptures(int limit) {
  return pool_.With([&](pqxx::connection& connection) -> Result<int> {
    pqxx::work work(connection);
    const int forgotten = sql::ForgetCaptures{.limit = limit}.Run(work);
    work.commit();
    return forgotten;
  });
}

}  // namespace lethe::store
