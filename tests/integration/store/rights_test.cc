// What the role that serves may do, and what it may not.
#include "store/schema/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lethe/reasons.h"
#include "store/session/connection.h"
#include "support/postgres.h"

namespace lethe::store {
namespace {

using test::TestDatabase;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> MissingIn(const TestDatabase& database) {
  return MissingRights(*Connect(database.source()));
}

constexpr char kNoRight[] = "42501";

/// The SQLSTATE with which PostgreSQL refuses the statement to the role that serves.
std::string Refusal(const TestDatabase& database, const std::string& sql) {
  pqxx::connection connection(database.url());
  try {
    pqxx::nontransaction(connection).exec(sql);
    return "";
  } catch (const pqxx::insufficient_privilege&) {
    return kNoRight;  // libpqxx makes it without its SQLSTATE
  } catch (const pqxx::sql_error& error) {
    return error.sqlstate();
  }
}

TEST(Rights, OfTheRoleThatServesAreComplete) {
  const TestDatabase database;
  EXPECT_THAT(MissingIn(database), IsEmpty());
}

TEST(Rights, OfTheRoleThatServesEndBeforeEvidenceAndSchema) {
  const TestDatabase database;
  for (const std::string sql :
       {"delete from request", "update request set create_time = lethe_now()",
        "delete from request_item", "delete from item_digest", "delete from batch",
        "delete from attempt", "update attempt set started_at = lethe_now()",
        "delete from audit_event", "update audit_event set principal = ''", "truncate audit_event",
        "delete from read_back", "delete from schema_migration",
        "insert into schema_migration values (99, '', '')", "delete from key_generation"}) {
    EXPECT_EQ(Refusal(database, sql), kNoRight) << sql;
  }
  for (const std::string sql :
       {"alter table batch add column other int", "drop table audit_event",
        "drop trigger audit_event_is_evidence on audit_event", "create table other (id int)",
        "alter function lethe_now() rename to other"}) {
    EXPECT_EQ(Refusal(database, sql), kNoRight) << sql;
  }
}

TEST(Rights, ThatAreMissingAreNamed) {
  const TestDatabase database;
  database.Run("revoke insert on batch from lethe");
  database.Run("revoke update (may_be_unlinked) on request from lethe");
  database.Run(
      "revoke execute on function lethe_make_partition(text, text, bigint, bigint) from lethe");
  EXPECT_THAT(MissingIn(database),
              ElementsAre(HasSubstr("INSERT on batch:"), HasSubstr("UPDATE on request:"),
                          HasSubstr("EXECUTE on lethe_make_partition(")));
  const Status checked = CheckRights(*Connect(database.source()));
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().reason, Text(ErrorReason::kSchemaOutOfDate));
  EXPECT_THAT(checked.error().message,
              testing::AllOf(HasSubstr("INSERT on batch"), HasSubstr("2 more rights")));
}

TEST(Rights, AreGrantedAnewWithoutWhatWasTooMuch) {
  const TestDatabase database;
  database.Run("grant all on all tables in schema public to lethe");
  database.Run("revoke insert on slot from lethe");
  pqxx::connection owner(database.owner_url());
  GrantRights(owner, "lethe");
  EXPECT_THAT(MissingIn(database), IsEmpty());
  EXPECT_EQ(Refusal(database, "delete from audit_event"), kNoRight);
}

TEST(Rights, OfTheOwnerAreNotTouched) {
  const TestDatabase database;
  const auto owner = Connect([&] { return Result<std::string>(database.owner_url()); });
  GrantRights(*owner, "lethe_owner");
  EXPECT_THAT(MissingRights(*owner), IsEmpty());
  database.Run("delete from batch");
}

TEST(Rights, ToMakePartitionsReachNoOtherTable) {
  const TestDatabase database;
  EXPECT_EQ(Refusal(database, "select lethe_make_partition('request', '209901', 1, 2)"), "");
  for (const std::string sql : {"select lethe_make_partition('batch', '209901', 1, 2)",
                                "select lethe_make_partition('request', '209901; --', 1, 2)"}) {
    EXPECT_EQ(Refusal(database, sql), "22023") << sql;
  }
}

}  // namespace
}  // namespace lethe::store
