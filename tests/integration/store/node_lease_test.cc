#include <gtest/gtest.h>

#include <cstdint>
#include <mutex>
#include <set>
#include <thread>

#include "integration/store/world.h"
#include "store/ids/id_source.h"

namespace lethe::store {
namespace {

int NodeOf(std::int64_t id) { return static_cast<int>((id >> kSequenceBits) & kMaxNode); }

class NodeLease : public testing::Test {
 protected:
  NodeLease() { database_.SetClock(now_); }

  /// The database's clock, which leases follow.
  void Advance(milliseconds by) {
    now_ += by;
    database_.SetClock(now_);
  }

  std::int64_t Make(IdSource& source, TimePoint now) {
    source.Prepare(*connection_, now);
    const std::int64_t id = source.Take(now, 1);
    EXPECT_TRUE(made_.insert(id).second) << "made twice";
    return id;
  }

  TestDatabase database_;
  std::unique_ptr<Session> connection_ = Connect(database_.source());
  const TimePoint start_ = FakeClock::kStart;
  TimePoint now_ = start_;
  std::set<std::int64_t> made_;
};

TEST_F(NodeLease, TwoProcessesNeverMakeTheSameId) {
  IdSource one("one");
  IdSource two("two");
  for (int i = 0; i < 100; ++i) EXPECT_NE(NodeOf(Make(one, start_)), NodeOf(Make(two, start_)));
}

TEST_F(NodeLease, ProcessesThatStartTogetherGetDifferentNumbers) {
  std::vector<std::jthread> processes;
  std::mutex mutex;
  std::set<int> numbers;
  for (int i = 0; i < 6; ++i) {
    processes.emplace_back([&, i] {
      IdSource source(std::to_string(i));
      const auto connection = Connect(database_.source());
      source.Prepare(*connection, start_);
      const int number = NodeOf(source.Take(start_, 1));
      const std::lock_guard lock(mutex);
      numbers.insert(number);
    });
  }
  processes.clear();
  EXPECT_EQ(numbers.size(), 6U);
}

TEST_F(NodeLease, ARestartWithinTheLeaseTakesAnotherNumber) {
  IdSource before("same");
  IdSource after("same");
  EXPECT_NE(NodeOf(Make(before, start_)), NodeOf(Make(after, start_)));
}

TEST_F(NodeLease, ATakeOverNeverRepeatsWhatTheOldHolderMayStillMake) {
  IdSource old_holder("old");
  const std::int64_t first = Make(old_holder, start_);
  Advance(60s);
  IdSource same_moment("same moment");
  EXPECT_NE(NodeOf(Make(same_moment, start_)), NodeOf(first)) << "the lease still runs";

  Advance(1ms);
  IdSource next("next");
  EXPECT_EQ(NodeOf(Make(next, now_)), NodeOf(first));
  for (int i = 0; i < 2 * kMaxConsecutiveIds; ++i) {
    try {
      EXPECT_TRUE(made_.insert(old_holder.Take(start_ + milliseconds(i * 3), 1)).second);
    } catch (const std::runtime_error&) {
      // What it had reserved is used up.
    }
    EXPECT_TRUE(made_.insert(next.Take(now_, 1)).second);
  }
  EXPECT_THROW(old_holder.Take(start_ + 1min, 1), std::runtime_error);
}

TEST_F(NodeLease, WhoLostItsNumberTakesAnother) {
  IdSource old_holder("old");
  const int number = NodeOf(Make(old_holder, start_));
  Advance(61s);
  IdSource next("next");
  ASSERT_EQ(NodeOf(Make(next, now_)), number);
  EXPECT_NE(NodeOf(Make(old_holder, now_)), number);
}

TEST_F(NodeLease, IsKeptByWhoRenewsIt) {
  IdSource keeper("keeper");
  const int number = NodeOf(Make(keeper, start_));
  for (int i = 1; i < 20; ++i) {
    Advance(20s);
    EXPECT_EQ(NodeOf(Make(keeper, now_)), number);
    IdSource rival("rival " + std::to_string(i));
    EXPECT_NE(NodeOf(Make(rival, now_)), number);
  }
}

TEST_F(NodeLease, AClockThatGoesBackRepeatsNothing) {
  IdSource source("one");
  std::int64_t last = 0;
  for (const milliseconds offset : {0ms, 5'000ms, -3'600'000ms, 4'000ms, 60'000ms, 0ms}) {
    Advance(std::chrono::round<milliseconds>(start_ + offset - now_));
    const std::int64_t id = Make(source, now_);
    EXPECT_GT(id, last);
    last = id;
  }

  Advance(2min);
  IdSource restarted("one");
  const std::int64_t after = Make(restarted, now_);
  EXPECT_EQ(NodeOf(after), NodeOf(last));
  EXPECT_GT(after, last);
}

TEST_F(NodeLease, ATimeFarFromTheDatabasesIsRefusedAndLeavesNothing) {
  for (const milliseconds apart : {milliseconds(150 * 24h), milliseconds(-150 * 24h), 60'001ms}) {
    IdSource source("wrong");
    EXPECT_THROW(source.Prepare(*connection_, start_ + apart), ClockDiffers);
  }
  EXPECT_EQ(Number(database_, "select count(*) from node"), 0);
}

TEST_F(NodeLease, AClockThatWasWrongForAWhileLeavesTheNumberAsItWas) {
  IdSource source("one");
  const std::int64_t before = Make(source, start_);
  const auto reserved = [this] {
    return Number(database_, "select max(reserved_until_ms) from node");
  };
  const std::int64_t reserved_before = reserved();
  EXPECT_THROW(source.Prepare(*connection_, start_ + 150 * 24h), ClockDiffers);
  EXPECT_THROW(source.Prepare(*connection_, start_ - 1h), ClockDiffers);
  EXPECT_EQ(reserved(), reserved_before);

  Advance(1s);
  const std::int64_t after = Make(source, now_);
  EXPECT_EQ(NodeOf(after), NodeOf(before));
  EXPECT_GT(after, before);
  EXPECT_LT(after, IdFloor(now_ + 1s));
}

TEST_F(NodeLease, ANumberThatAWrongClockReservedIsLeftForAnother) {
  IdSource before("one");
  const std::int64_t first = Make(before, start_);
  database_.Run("update node set reserved_until_ms = reserved_until_ms + 150 * 86400000::bigint");

  // The process that has it.
  Advance(30s);
  const std::int64_t healed = Make(before, now_);
  EXPECT_NE(NodeOf(healed), NodeOf(first));
  EXPECT_LT(healed, IdFloor(now_ + 1s));

  // One that starts when its lease has run out.
  Advance(2min);
  IdSource after("two");
  const std::int64_t fresh = Make(after, now_);
  EXPECT_NE(NodeOf(fresh), NodeOf(first));
  EXPECT_LT(fresh, IdFloor(now_ + 1s));
}

TEST_F(NodeLease, ALeaseThatAClockPutFarAheadDoesNotKeepANumberFromOthers) {
  IdSource before("one");
  const std::int64_t first = Make(before, start_);
  Advance(-1h);
  IdSource after("two");
  const std::int64_t second = Make(after, now_);
  EXPECT_EQ(NodeOf(second), NodeOf(first));
  EXPECT_GT(second, first) << "the ids start where the old holder's must end";
}

}  // namespace
}  // namespace lethe::store
