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
  Result<MigrationReport> Run(const std::vector<Migration>& migrations,
                              const MigrationWaits& waits = {}) {
    pqxx::connection connection(database_.url());
    return Migrate(connection, migrations, waits);
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

/// Changes a table of kTwo, and another one before.
const std::vector<Migration> kThree{
    kTwo[0],
    kTwo[1],
    {"0003_third", "create table third (id integer); alter table first add column more integer"}};

TEST_F(Migrations, AStepThatAReaderHoldsUpHoldsUpNoOneElse) {
  ASSERT_TRUE(Run(kTwo).ok());
  pqxx::connection session(database_.url());
  auto dump = std::make_unique<pqxx::work>(session);
  dump->exec("select from first");
  int tries = 0;
  const auto report = Run(kThree, {.lock = 20ms,
                                   .sleep = [](milliseconds) {},
                                   .tell =
                                       [&](const std::string& progress) {
                                         EXPECT_THAT(progress, HasSubstr("0003_third"));
                                         EXPECT_FALSE(HasTable("third"));
                                         database_.Run("insert into first values (1)");
                                         if (++tries == 3) dump.reset();
                                       }});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_THAT(report->applied, ElementsAre("0003_third"));
  EXPECT_EQ(tries, 3);
}

TEST_F(Migrations, AStepThatIsHeldUpForTooLongSaysByWhom) {
  ASSERT_TRUE(Run(kTwo).ok());
  pqxx::connection session(database_.url() + "&application_name=pg_dump");
  pqxx::work dump(session);
  dump.exec("select from first");
  milliseconds slept{0};
  const auto report =
      Run(kThree, {.lock = 20ms, .pause = 980ms, .patience = 3s, .sleep = [&](milliseconds time) {
                     slept += time;
                   }});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().reason, "MIGRATION_LOCKED_OUT");
  EXPECT_THAT(report.error().message, HasSubstr("0003_third"));
  EXPECT_THAT(report.error().message, HasSubstr(std::to_string(session.backendpid())));
  EXPECT_THAT(report.error().message, HasSubstr("pg_dump"));
  EXPECT_EQ(slept, 3 * 980ms);
  EXPECT_FALSE(HasTable("third")) << "a step is done or not done";
}

TEST_F(Migrations, AnIndexIsBuiltWhileOthersWrite) {
  ASSERT_TRUE(Run(kTwo).ok());
  pqxx::connection session(database_.url());
  auto writer = std::make_unique<pqxx::work>(session);
  writer->exec("insert into second values (1)");
  // It waits for transactions that wrote to the table, so the writer's has to end.
  std::jthread others([&] {
    const std::string waits =
        "select count(*) from pg_stat_activity where query like 'create index%' and "
        "wait_event_type = 'Lock' and datname = current_database()";
    while (database_.Run(waits)[0][0].as<int>() == 0) std::this_thread::yield();
    database_.Run("insert into second values (2)");
    writer->commit();
  });
  const auto report = Run({kTwo[0],
                           kTwo[1],
                           {"0003_index",
                            "-- concurrently\n-- What it is for.\n"
                            "create index concurrently if not exists by_id\n  on second (id);\n"
                            "create index concurrently if not exists by_other on first (id);\n"}},
                          {.lock = 1ms});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(database_
                .Run("select count(*) from pg_index where indisvalid and indexrelid in "
                     "('by_id'::regclass, 'by_other'::regclass)")[0][0]
                .as<int>(),
            2);
}

TEST_F(Migrations, AnIndexThatCouldNotBeBuiltIsBuiltAnew) {
  ASSERT_TRUE(Run(kTwo).ok());
  database_.Run("insert into first values (1), (1)");
  const std::vector<Migration> unique{
      kTwo[0],
      kTwo[1],
      {"0003_unique",
       "-- concurrently\ncreate unique index concurrently if not exists one on first (id);\n"}};
  const auto refused = Run(unique);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("23505"));
  database_.Run("delete from first");
  const auto report = Run(unique);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(
      database_.Run("select indisvalid from pg_index where indexrelid = 'one'::regclass")[0][0]
          .as<bool>());
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
