#include "store/reading/snapshot.h"

#include <utility>

#include "store/accounts/pg_pause_store.h"
#include "store/reading/sql.h"

namespace lethe::store {

QueueSnapshot TakeSnapshot(pqxx::connection& connection) {
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> work(connection);
  QueueSnapshot snapshot;
  snapshot.taken_at = OnlyRow(work, sql::Present{}).present;
  for (auto& row : sql::CountItems{}.Run(work)) {
    snapshot.items.push_back({.account = std::move(row.account),
                              .operation = row.operation,
                              .kind = row.kind,
                              .state = row.state,
                              .count = row.items});
  }
  for (auto& row : sql::CountAccepted{}.Run(work)) {
    snapshot.accepted.push_back({.account = std::move(row.account),
                                 .operation = row.operation,
                                 .kind = row.kind,
                                 .count = row.items});
  }
  for (auto& row : sql::OldestWaiting{}.Run(work)) {
    snapshot.waiting.push_back({.account = std::move(row.account),
                                .operation = row.operation,
                                .oldest_age = row.oldest_age});
  }
  for (auto& row : sql::CountSlots{}.Run(work)) {
    snapshot.slots.push_back({.account = std::move(row.account),
                              .api = row.api,
                              .in_use = static_cast<int>(row.in_use)});
  }
  for (auto& row : sql::BlockedAccounts{}.Run(work)) {
    snapshot.blocked_accounts.push_back(std::move(row.account));
  }
  for (auto& row : sql::BlockedRoutes{}.Run(work)) {
    snapshot.blocked_routes.push_back({.account = std::move(row.account), .api = row.api});
  }
  snapshot.pauses = ReadPauses(work);
  return snapshot;
}

}  // namespace lethe::store
