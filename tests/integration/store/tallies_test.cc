// Years of counts, folded so that the gauges read a few rows of each month.
#include "store/reading/tallies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "integration/store/world.h"
#include "store/reading/snapshot.h"

namespace lethe::store {
namespace {

class Tallies : public testing::Test {
 protected:
  Tallies() {
    database_.SetClock(FakeClock::kStart);
    for (const std::string table : {"accepted_tally", "finished_tally"}) {
      const bool finished = table == "finished_tally";
      database_.Run("insert into " + table + " select 'acme', 'erasure', 'identity'" +
                    (finished ? ", 'done'" : "") +
                    ", d::date, s, 1 + s from generate_series(lethe_now() - interval '5 years', "
                    "lethe_now(), interval '1 day') d, generate_series(0, 7) s");
    }
  }

  void Fold() {
    const auto connection = Connect(database_.source());
    FoldTallies(*connection);
  }
  std::int64_t Rows(const std::string& table, const std::string& where = "true") {
    return Number(database_, "select count(*) from " + table + " where " + where);
  }
  QueueSnapshot Look() {
    const auto connection = Connect(database_.source());
    return TakeSnapshot(*connection);
  }

  TestDatabase database_;
};

TEST_F(Tallies, AddUpToTheSameWhenTheyAreFolded) {
  const QueueSnapshot before = Look();
  ASSERT_EQ(before.items.size(), 1U);
  ASSERT_EQ(before.accepted.size(), 1U);
  for (int times = 0; times < 2; ++times) {
    Fold();
    const QueueSnapshot after = Look();
    ASSERT_EQ(after.items.size(), 1U);
    ASSERT_EQ(after.accepted.size(), 1U);
    EXPECT_EQ(after.items[0].count, before.items[0].count);
    EXPECT_EQ(after.accepted[0].count, before.accepted[0].count);
  }
}

TEST_F(Tallies, OfFiveYearsAreARowForEachMonthAndForEachDayOfThisOne) {
  Fold();
  for (const std::string table : {"accepted_tally", "finished_tally"}) {
    EXPECT_EQ(Rows(table, "day < date_trunc('month', lethe_now() at time zone 'UTC')"),
              Rows(table,
                   "day < date_trunc('month', lethe_now() at time zone 'UTC') and shard = 0 "
                   "and extract(day from day) = 1"));
    EXPECT_LE(Rows(table), 61 + 29 + 2 * 8) << table;
  }
}

TEST_F(Tallies, ThatAFlushMayStillCountInStayAsTheyAre) {
  Fold();
  for (const std::string table : {"accepted_tally", "finished_tally"}) {
    EXPECT_EQ(Rows(table, "day >= (lethe_now() at time zone 'UTC')::date - 1"), 2 * 8) << table;
  }
}

TEST_F(Tallies, OfAFoldedDayThatComeLateAreCounted) {
  Fold();
  const auto before = Look().accepted.at(0).count;
  database_.Run(
      "insert into accepted_tally values ('acme', 'erasure', 'identity', "
      "(lethe_now() - interval '1 year')::date, 3, 7)");
  Fold();
  EXPECT_EQ(Look().accepted.at(0).count, before + 7);
  EXPECT_EQ(Rows("accepted_tally", "shard = 3"), 2) << "only of the days that stay";
}

}  // namespace
}  // namespace lethe::store
