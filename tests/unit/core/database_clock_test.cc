#include "core/database_clock.h"

#include <gtest/gtest.h>

#include <chrono>

namespace lethe::core {
namespace {

using namespace std::chrono_literals;

/// A machine whose time can be set while its monotonic clock goes on.
class Machine : public Clock {
 public:
  TimePoint Now() const override { return kStart + passed + wrong; }
  milliseconds Monotonic() const override { return passed; }

  static constexpr TimePoint kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
  milliseconds passed{0};
  milliseconds wrong{0};
};

class DatabaseClockTest : public testing::Test {
 protected:
  /// A reading of `database` whose answer takes `took`.
  std::optional<milliseconds> Read(TimePoint database, milliseconds took = 0ms) {
    const milliseconds asked_at = machine_.passed;
    machine_.passed += took;
    return clock_.Correct({database, asked_at, machine_.passed});
  }

  using State = DatabaseClock::State;
  const TimePoint start_ = Machine::kStart;
  Machine machine_;
  DatabaseClock clock_{machine_};
};

TEST_F(DatabaseClockTest, IsTheMachinesAndNotTrustedBeforeTheFirstReading) {
  EXPECT_EQ(clock_.Now(), machine_.Now());
  EXPECT_EQ(clock_.state(), State::kStale);
  EXPECT_EQ(clock_.machine_ahead(), 0ms);
}

TEST_F(DatabaseClockTest, GoesOnFromTheLatestReading) {
  Read(start_ + 10s);
  EXPECT_EQ(clock_.Now(), start_ + 10s);
  machine_.passed += 3s;
  EXPECT_EQ(clock_.Now(), start_ + 13s);
  Read(start_ + 14s);
  EXPECT_EQ(clock_.Now(), start_ + 14s);
}

TEST_F(DatabaseClockTest, NoJumpOfTheMachinesTimeMovesIt) {
  Read(start_);
  for (const milliseconds jump : {milliseconds(150 * 24h), milliseconds(-72h), milliseconds(5s)}) {
    machine_.wrong = jump;
    EXPECT_EQ(clock_.Now(), start_);
    EXPECT_EQ(clock_.machine_ahead(), jump);
  }
}

TEST_F(DatabaseClockTest, TakesTheAnswerForTheMiddleOfTheWait) {
  Read(start_, 600ms);
  EXPECT_EQ(clock_.Now(), start_ + 300ms);
}

TEST_F(DatabaseClockTest, LeavesOutAReadingThatTookTooLong) {
  Read(start_);
  EXPECT_EQ(Read(start_ + 1h, DatabaseClock::kLongestReading + 1ms), std::nullopt);
  EXPECT_EQ(clock_.Now(), start_ + DatabaseClock::kLongestReading + 1ms);
}

TEST_F(DatabaseClockTest, IsNotTrustedWhereTheMachineIsFurtherAwayThanAMinute) {
  for (const int sign : {1, -1}) {
    Read(machine_.Now());
    machine_.wrong = sign * 60s;
    EXPECT_EQ(clock_.state(), State::kTrusted);
    machine_.wrong += sign * 1ms;
    EXPECT_EQ(clock_.state(), State::kDiffers);
    EXPECT_FALSE(clock_.trusted());
    machine_.wrong = 0ms;
    EXPECT_TRUE(clock_.trusted()) << "the machine's time was put right";
  }
}

TEST_F(DatabaseClockTest, IsNotTrustedOnceTheReadingIsOld) {
  Read(start_);
  machine_.passed += DatabaseClock::kLongestTrust;
  EXPECT_EQ(clock_.state(), State::kTrusted);
  machine_.passed += 1ms;
  EXPECT_EQ(clock_.state(), State::kStale);
  Read(machine_.Now());
  EXPECT_EQ(clock_.state(), State::kTrusted);
}

TEST_F(DatabaseClockTest, TellsByHowMuchTheDatabasesClockHasJumped) {
  EXPECT_EQ(Read(start_), std::nullopt) << "nothing to compare with";
  machine_.passed += 1s;
  EXPECT_EQ(Read(start_ + 1s), std::nullopt);
  machine_.passed += 1s;
  EXPECT_EQ(Read(start_ + 2s - 1h), -1h);
  EXPECT_EQ(clock_.Now(), start_ + 2s - 1h);
  machine_.passed += 1s;
  EXPECT_EQ(Read(start_ + 3s), 1h);
}

TEST_F(DatabaseClockTest, CorrectsAFewSecondsWithoutAWord) {
  Read(start_);
  EXPECT_EQ(Read(start_ + 4'999ms), std::nullopt);
  EXPECT_EQ(Read(start_), std::nullopt);
  EXPECT_EQ(Read(start_ + 5s), 5s);
}

}  // namespace
}  // namespace lethe::core
