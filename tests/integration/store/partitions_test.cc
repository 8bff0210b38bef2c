#include "store/schema/partitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "integration/store/world.h"
#include "store/ids/id_generator.h"
#include "store/schema/migrations.h"

namespace lethe::store {
namespace {

using namespace std::chrono;

constexpr TimePoint At(year_month_day day) { return sys_days(day); }
constexpr TimePoint kMarch = At(2026y / 3 / 2);
constexpr int kMonths = kMonthsAhead + 2;  // the one before and the current one, too
constexpr int kParents = 3;

class Partitions : public testing::Test {
 protected:
  Partitions() {
    pqxx::connection connection(database_.url());
    if (!Migrate(connection, EmbeddedMigrations()).ok()) throw std::runtime_error("no schema");
  }

  Result<int> Ensure(TimePoint now) {
    pqxx::connection connection(database_.url());
    return EnsurePartitions(connection, now);
  }
  void InsertItem(std::int64_t envelope) {
    database_.Run("insert into request_item values (" + std::to_string(envelope) +
                  ", 1, 0, 0, '', '')");
  }
  std::string PartitionOf(std::int64_t envelope) {
    return database_
        .Run("select tableoid::regclass from request_item where envelope = " +
             std::to_string(envelope))[0][0]
        .c_str();
  }

  TestDatabase database_{test::Schema::kEmpty};
};

TEST_F(Partitions, AreMadeAheadAndOnlyOnce) {
  EXPECT_EQ(Ensure(kMarch).value(), kMonths * kParents);
  EXPECT_EQ(Ensure(kMarch).value(), 0);
  EXPECT_EQ(Ensure(At(2026y / 4 / 1) - 1us).value(), 0);
  EXPECT_EQ(Ensure(At(2026y / 4 / 1)).value(), kParents);
}

TEST_F(Partitions, CrossTheYear) {
  ASSERT_TRUE(Ensure(At(2026y / 1 / 15)).ok());
  ASSERT_TRUE(Ensure(At(2026y / 12 / 15)).ok());
  const std::int64_t last = IdFloor(At(2026y / 12 / 31) + 24h - 1ms);
  const std::int64_t first = IdFloor(At(2027y / 1 / 1));
  InsertItem(last);
  InsertItem(first);
  EXPECT_EQ(PartitionOf(last), "request_item_202612");
  EXPECT_EQ(PartitionOf(first), "request_item_202701");
}

TEST_F(Partitions, MeetAtTheFirstIdOfAMonth) {
  ASSERT_TRUE(Ensure(kMarch).ok());
  const std::int64_t first = IdFloor(At(2026y / 4 / 1));
  InsertItem(first - 1);
  InsertItem(first);
  EXPECT_EQ(PartitionOf(first - 1), "request_item_202603");
  EXPECT_EQ(PartitionOf(first), "request_item_202604");
}

TEST_F(Partitions, EndWhereTheyWereMadeTo) {
  ASSERT_TRUE(Ensure(kMarch).ok());
  InsertItem(IdFloor(At(2026y / 2 / 1)));
  InsertItem(IdFloor(At(2026y / 7 / 1)) - 1);
  EXPECT_THROW(InsertItem(IdFloor(At(2026y / 2 / 1)) - 1), pqxx::sql_error);
  EXPECT_THROW(InsertItem(IdFloor(At(2026y / 7 / 1))), pqxx::sql_error);
}

TEST_F(Partitions, HaveTheIndexesOfTheParent) {
  ASSERT_TRUE(Ensure(kMarch).ok());
  EXPECT_EQ(Number(database_,
                   "select count(*) from pg_inherits where inhparent in "
                   "('request_item_by_digest'::regclass, 'request_by_account'::regclass)"),
            2 * kMonths);
}

TEST_F(Partitions, AreMadeOnceByManyProcesses) {
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> processes;
    for (int i = 0; i < 4; ++i) {
      processes.emplace_back([&] { made += Ensure(kMarch).value(); });
    }
  }
  EXPECT_EQ(made, kMonths * kParents);
}

TEST_F(Partitions, StallNobodyBehindOpenTransactions) {
  ASSERT_TRUE(Ensure(kMarch).ok());
  pqxx::connection reading(database_.url());
  pqxx::work reader(reading);
  reader.exec("select count(*) from request_item, request");
  pqxx::connection writing(database_.url());
  pqxx::work writer(writing);
  writer.exec("insert into request_item values (" + std::to_string(IdFloor(kMarch)) +
              ", 1, 0, 0, '', '')");

  EXPECT_EQ(Ensure(At(2026y / 4 / 1)).value(), kParents);

  InsertItem(IdFloor(kMarch) + 1);
  writer.commit();
}

TEST_F(Partitions, WaitOnlyBrieflyForALock) {
  ASSERT_TRUE(Ensure(kMarch).ok());
  pqxx::connection holding(database_.url());
  pqxx::work holder(holding);
  holder.exec("lock table request in access exclusive mode");
  const auto refused = Ensure(At(2026y / 4 / 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  holder.abort();
  EXPECT_EQ(Ensure(At(2026y / 4 / 1)).value(), kParents);
}

}  // namespace
}  // namespace lethe::store
