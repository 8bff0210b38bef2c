#include <gtest/gtest.h>

#include "integration/store/world.h"

namespace lethe::store {
namespace {

TEST(AuditEvents, AreOnlyAppendedTo) {
  const TestDatabase database;
  database.Run(
      "insert into audit_event (at, principal, action, account, state_before, state_after, "
      "justification) values (now(), 'jane', 'resume', 'acme', 'blocked', 'served', 'why')");
  for (const char* change :
       {"update audit_event set principal = 'john'", "delete from audit_event",
        "truncate audit_event", "update audit_event set principal = 'john' where false"}) {
    EXPECT_THROW(database.Run(change), pqxx::sql_error) << change;
  }
  EXPECT_EQ(Number(database, "select count(*) from audit_event where principal = 'jane'"), 1);
}

}  // namespace
}  // namespace lethe::store
