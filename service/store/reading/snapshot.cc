#include "store/reading/snapshot.h"

#include "store/base/statements.h"
#include "store/base/values.h"

namespace lethe::store {

QueueSnapshot TakeSnapshot(pqxx::connection& connection) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  QueueSnapshot snapshot;
  snapshot.taken_at = ToTime(work.exec_prepared1(kPresent.name)[0]);
  for (const auto& row : work.exec_prepared(kCountItems.name)) {
    snapshot.items.push_back({.account = row[0].as<std::string>(),
                              .operation = Parse<Operation>(row[1].c_str()).value(),
                              .kind = Parse<IdentifierKind>(row[2].c_str()).value(),
                              .state = Parse<BatchState>(row[3].c_str()).value(),
                              .count = row[4].as<std::int64_t>()});
  }
  for (const auto& row : work.exec_prepared(kCountAccepted.name)) {
    snapshot.accepted.push_back({.account = row[0].as<std::string>(),
                                 .operation = Parse<Operation>(row[1].c_str()).value(),
                                 .kind = Parse<IdentifierKind>(row[2].c_str()).value(),
                                 .count = row[3].as<std::int64_t>()});
  }
  for (const auto& row : work.exec_prepared(kOldestWaiting.name)) {
    snapshot.waiting.push_back({.account = row[0].as<std::string>(),
                                .operation = Parse<Operation>(row[1].c_str()).value(),
                                .oldest_age = milliseconds(row[2].as<std::int64_t>())});
  }
  for (const auto& row : work.exec_prepared(kCountSlots.name)) {
    snapshot.slots.push_back({.account = row[0].as<std::string>(),
                              .api = Parse<Api>(row[1].c_str()).value(),
                              .in_use = row[2].as<int>()});
  }
  for (const auto& row : work.exec_prepared(kBlockedAccounts.name)) {
    snapshot.blocked_accounts.push_back(row[0].as<std::string>());
  }
  return snapshot;
}

}  // namespace lethe::store
