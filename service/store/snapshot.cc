#include "store/snapshot.h"

#include "store/statements.h"
#include "store/values.h"

namespace lethe::store {

Snapshot TakeSnapshot(pqxx::connection& connection) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  Snapshot snapshot;
  for (const auto& row : work.exec_prepared(kCountItems.name)) {
    snapshot.lanes.push_back({.account = row[0].as<std::string>(),
                              .operation = ParseOperation(row[1].c_str()).value(),
                              .kind = ParseIdentifierKind(row[2].c_str()).value(),
                              .state = ParseBatchState(row[3].c_str()).value(),
                              .items = row[4].as<std::int64_t>(),
                              .oldest_age_seconds = row[5].is_null()
                                                        ? std::nullopt
                                                        : std::optional(row[5].as<double>())});
  }
  for (const auto& row : work.exec_prepared(kCountSlots.name)) {
    snapshot.slots.push_back(
        {row[0].as<std::string>(), ParseApi(row[1].c_str()).value(), row[2].as<int>()});
  }
  for (const auto& row : work.exec_prepared(kBlockedAccounts.name)) {
    snapshot.blocked.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
  }
  return snapshot;
}

}  // namespace lethe::store
