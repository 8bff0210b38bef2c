#include "store/delivery/refusals.h"

#include <optional>
#include <string>

#include "store/accounts/sql.h"
#include "store/base/refusal_statements.h"
#include "store/base/statements.h"
#include "store/base/values.h"

namespace lethe::store {
namespace {

constexpr milliseconds kMemory = kRefusalMemory;

/// A case, and when the latest accepted call of its route began.
struct Finding {
  RefusalCase refusals;
  std::optional<TimePoint> accepted_at;
};

Finding ToFinding(const pqxx::row& row) {
  return {
      .refusals = {.route = {row[0].as<std::string>(), Parse<Operation>(row[1].c_str()).value()},
                   .evidence = {.searching = row[2].as<int>(),
                                .confirmed = row[3].as<int>(),
                                .vouched = row[4].as<int>(),
                                .unvouched = row[5].as<int>(),
                                .rejected_lately = row[6].as<int>(),
                                .others_under_way = row[7].as<bool>()}},
      .accepted_at = ToOptionalTime(row[8])};
}

std::optional<Finding> FindAgain(pqxx::work& work, const Route& route) {
  const auto rows = work.exec_prepared(kRefusalCases.name, route.account,
                                       std::string(Name(route.operation)), kMemory.count());
  if (rows.empty()) return std::nullopt;
  return ToFinding(rows[0]);
}

void Reject(pqxx::work& work, const Route& route) {
  for (const std::optional<TimePoint> unknown_since : {std::optional<TimePoint>(), {TimePoint{}}}) {
    const Transition rejection = Rejection(std::string(kRefusedByVendor), unknown_since);
    work.exec_prepared(kRejectRefused.name, route.account, std::string(Name(route.operation)),
                       unknown_since.has_value(), std::string(Name(rejection.to)),
                       rejection.reason);
  }
}

}  // namespace

std::vector<RefusalCase> ReadRefusalCases(pqxx::work& work) {
  const std::optional<std::string> any;
  std::vector<RefusalCase> cases;
  for (const auto& row : work.exec_prepared(kRefusalCases.name, any, any, kMemory.count())) {
    cases.push_back(ToFinding(row).refusals);
  }
  return cases;
}

Recorded SettleRefusals(pqxx::work& work, const RefusalCase& refusals,
                        const RefusalRuling& ruling) {
  const auto& [account, operation] = refusals.route;
  if (work.exec_prepared(kLockHealthyAccount.name, account).empty()) return Recorded::kFenced;
  const auto found = FindAgain(work, refusals.route);
  if (!found || found->refusals.evidence != refusals.evidence) return Recorded::kFenced;

  const std::string operation_name(Name(operation));
  switch (ruling.verdict) {
    case RefusalVerdict::kWait: break;
    case RefusalVerdict::kSendAgain:
      work.exec_prepared(kSendRefusedAgain.name, account, operation_name,
                         ToMicros(found->accepted_at));
      break;
    case RefusalVerdict::kReject: Reject(work, refusals.route); break;
    case RefusalVerdict::kPause:
      sql::BlockAccount{.account = account,
                        .reason = ruling.account_reason,
                        .resume = ruling.resume,
                        .started_at = {}}
          .Run(work);
      break;
  }
  return Recorded::kApplied;
}

}  // namespace lethe::store
