#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <set>

#include "store/ids/id_generator.h"

namespace lethe::store {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kForever = std::int64_t{1} << 41;

std::int64_t Millis(std::int64_t id) { return id >> (kNodeBits + kSequenceBits); }
std::int64_t Node(std::int64_t id) { return (id >> kSequenceBits) & kMaxNode; }

TimePoint Start(std::chrono::year_month month) { return std::chrono::sys_days(month / 1); }

TEST(Ids, AreMadeOfTimeNodeAndSequence) {
  IdGenerator ids(7, 0, kForever);
  const std::int64_t id = ids.Next(123'456, 1).value();
  EXPECT_EQ(Millis(id), 123'456);
  EXPECT_EQ(Node(id), 7);
  EXPECT_EQ(id & (kMaxConsecutiveIds - 1), 0);
}

TEST(Ids, AscendWithinAMillisecond) {
  IdGenerator ids(1, 0, kForever);
  const std::int64_t first = ids.Next(100, 1).value();
  EXPECT_EQ(ids.Next(100, 1), first + 1);
  EXPECT_EQ(ids.Next(100, 1), first + 2);
}

TEST(Ids, AreNeverTheSameOnTwoNodes) {
  IdGenerator first(0, 0, kForever);
  IdGenerator last(kMaxNode, 0, kForever);
  std::set<std::int64_t> made;
  for (int i = 0; i < 2 * kMaxConsecutiveIds; ++i) {
    made.insert(first.Next(100, 1).value());
    made.insert(last.Next(100, 1).value());
  }
  EXPECT_EQ(made.size(), 4U * kMaxConsecutiveIds);
}

TEST(Ids, AscendWhateverTheClockDoes) {
  IdGenerator ids(3, 50, kForever);
  std::int64_t last = -1;
  for (const std::int64_t now : {100, 100, 99, 0, -5, 101, 40, 102, 102}) {
    const std::int64_t id = ids.Next(now, 1).value();
    EXPECT_GT(id, last) << "at " << now;
    last = id;
  }
}

TEST(Ids, StartAtTheFloorWhenTheClockIsBehindIt) {
  IdGenerator ids(3, 50, kForever);
  EXPECT_EQ(Millis(ids.Next(10, 1).value()), 50);
}

TEST(Ids, ConsecutiveOnesFitIntoOneMillisecond) {
  IdGenerator ids(1, 0, kForever);
  const std::int64_t whole = ids.Next(100, kMaxConsecutiveIds).value();
  EXPECT_EQ(Millis(whole), Millis(whole + kMaxConsecutiveIds - 1));
  EXPECT_EQ(Node(whole), Node(whole + kMaxConsecutiveIds - 1));

  const std::int64_t one = ids.Next(100, 1).value();
  EXPECT_EQ(Millis(one), 101);

  const std::int64_t rest = ids.Next(101, kMaxConsecutiveIds - 1).value();
  EXPECT_EQ(rest, one + 1);

  ASSERT_TRUE(ids.Next(101, 1));
  const std::int64_t run = ids.Next(101, kMaxConsecutiveIds).value();
  EXPECT_EQ(Millis(run), 103);
}

TEST(Ids, EndWithTheReservation) {
  IdGenerator ids(1, 0, 100);
  EXPECT_TRUE(ids.Next(99, kMaxConsecutiveIds));
  EXPECT_FALSE(ids.Next(99, 1));
  EXPECT_FALSE(ids.Next(100, 1));
}

TEST(Ids, GoOnWithoutGapOrRepeatOnceTheReservationIsExtended) {
  IdGenerator ids(1, 0, 100);
  const std::int64_t before = ids.Next(99, 1).value();
  ASSERT_FALSE(ids.Next(100, 1));
  EXPECT_EQ(ids.Next(99, 1), before + 1);
  ids.Extend(101);
  EXPECT_EQ(Millis(ids.Next(100, 1).value()), 100);
}

TEST(Ids, AnEmptyReservationGivesNone) {
  IdGenerator ids(1, 100, 100);
  EXPECT_FALSE(ids.Next(0, 1));
}

TEST(Ids, TheFloorOfAMonthDividesItsIdsFromThoseBefore) {
  using namespace std::chrono;
  for (const year_month month : {2020y / 2, 2024y / 3, 2026y / 1, 2026y / 12, 2080y / 1}) {
    const TimePoint start = Start(month);
    IdGenerator last(kMaxNode, 0, kForever);
    IdGenerator first(0, 0, kForever);
    const std::int64_t before =
        last.Next(IdMillis(start - 1us), kMaxConsecutiveIds).value() + kMaxConsecutiveIds - 1;
    EXPECT_EQ(before + 1, IdFloor(start));
    EXPECT_EQ(first.Next(IdMillis(start), 1), IdFloor(start));
  }
}

TEST(Ids, HoldUntil2089) {
  using namespace std::chrono;
  EXPECT_EQ(IdFloor(sys_days(2020y / January / 1)), 0);
  EXPECT_LT(IdMillis(sys_days(2089y / January / 1)), std::int64_t{1} << 41);
  EXPECT_GT(IdFloor(sys_days(2089y / January / 1)), 0);
}

}  // namespace
}  // namespace lethe::store
