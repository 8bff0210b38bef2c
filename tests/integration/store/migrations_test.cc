#include "store/schema/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "integration/store/world.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Migration> kTwo{{"0001_first", "create table first (id integer)"},
                                  {"0002_second", "create table second (id integer)"}};

class Migrations : public testing::Test {
 protected:
  Result<MigrationReport> Run(const std::vector<Migration>& migrations) {
    pqxx::connection connection(database_.url());
    return Migrate(connection, migrations);
  }
  Status Check(const std::vector<Migration>& migrations) {
    pqxx::connection connection(database_.url());
    return CheckSchema(connection, migrations);
  }
  bool HasTable(const std::string& name) {
    return database_.Run("select to_regclass('" + name + "') is not null")[0][0].as<bool>();
  }

  TestDatabase database_{test::Schema::kEmpty};
};

TEST_F(Migrations, BringAnEmptyDatabaseUpToDate) {
  const auto report = Run(EmbeddedMigrations());
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->version, static_cast<int>(EmbeddedMigrations().size()));
  EXPECT_EQ(report->applied.size(), EmbeddedMigrations().size());
  EXPECT_TRUE(HasTable("request_item"));
  EXPECT_TRUE(Check(EmbeddedMigrations()).ok());
}

TEST_F(Migrations, DoNothingTheSecondTime) {
  ASSERT_TRUE(Run(kTwo).ok());
  const auto again = Run(kTwo);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->version, 2);
  EXPECT_THAT(again->applied, IsEmpty());
}

TEST_F(Migrations, ApplyOnlyWhatIsMissing) {
  ASSERT_TRUE(Run({kTwo[0]}).ok());
  EXPECT_THAT(Run(kTwo)->applied, ElementsAre("0002_second"));
}

TEST_F(Migrations, RunOnceWhenManyStartTogether) {
  std::atomic<int> applied = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> processes;
    for (int i = 0; i < 4; ++i) {
      processes.emplace_back([&] {
        const auto report = Run(EmbeddedMigrations());
        if (!report.ok()) {
          ++failed;
        } else {
          applied += static_cast<int>(report->applied.size());
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(applied, static_cast<int>(EmbeddedMigrations().size()));
}

TEST_F(Migrations, RefuseATextThatChangedAfterItWasApplied) {
  ASSERT_TRUE(Run(kTwo).ok());
  const auto report = Run({{"0001_first", "create table first (id bigint)"}, kTwo[1]});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(report.error().reason, "MIGRATION_CHANGED");
  EXPECT_THAT(report.error().message, HasSubstr("0001_first"));
}

TEST_F(Migrations, RefuseADatabaseOfANewerProgram) {
  ASSERT_TRUE(Run(kTwo).ok());
  const auto report = Run({kTwo[0]});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().reason, "SCHEMA_FROM_THE_FUTURE");
}

TEST_F(Migrations, AFailingStepIsNamedAndLeavesTheEarlierOnes) {
  const std::vector<Migration> broken{
      kTwo[0], {"0002_broken", "create table half (id integer); select 1 / 0"}, kTwo[1]};
  const auto report = Run(broken);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().reason, "MIGRATION_FAILED");
  EXPECT_THAT(report.error().message, HasSubstr("0002_broken"));
  EXPECT_THAT(report.error().message, HasSubstr("22012"));
  EXPECT_TRUE(HasTable("first"));
  EXPECT_FALSE(HasTable("half"));
  EXPECT_FALSE(HasTable("second"));

  EXPECT_THAT(Run(kTwo)->applied, ElementsAre("0002_second"));
}

TEST_F(Migrations, AFailureLetsTheNextProcessIn) {
  pqxx::connection failing(database_.url());
  ASSERT_FALSE(Migrate(failing, {{"0001_broken", "select 1 / 0"}}).ok());
  pqxx::connection next(database_.url());
  EXPECT_TRUE(pqxx::nontransaction(next)
                  .exec("select pg_try_advisory_lock(hashtext('lethe.migrations'))")[0][0]
                  .as<bool>());
}

TEST_F(Migrations, AnOldOrEmptySchemaIsOutOfDateAndANewerOneIsFine) {
  const Status empty = Check(kTwo);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(empty.error().reason, "SCHEMA_OUT_OF_DATE");

  ASSERT_TRUE(Run({kTwo[0]}).ok());
  EXPECT_EQ(Check(kTwo).error().reason, "SCHEMA_OUT_OF_DATE");

  ASSERT_TRUE(Run(kTwo).ok());
  EXPECT_TRUE(Check(kTwo).ok());
  EXPECT_TRUE(Check({kTwo[0]}).ok());
}

}  // namespace
}  // namespace lethe::store
