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

  void VendorSays(TimePoint now) { clock_.Compare(now, machine_.passed); }

  /// Host and database jump, so that they agree with each other.
  void BothJump(milliseconds by) {
    machine_.wrong += by;
    Read(machine_.Now());
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

class ConfirmedClock : public DatabaseClockTest {
 protected:
  ConfirmedClock() {
    VendorSays(start_);
    Read(start_);
  }
};

TEST_F(ConfirmedClock, IsNotTrustedWhereTheMachineIsFurtherAwayThanAMinute) {
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

TEST_F(ConfirmedClock, IsNotTrustedOnceTheReadingIsOld) {
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

TEST_F(DatabaseClockTest, IsNotTrustedBeforeCleverTapHasToldTheTime) {
  Read(start_);
  EXPECT_EQ(clock_.state(), State::kUnconfirmed);
  EXPECT_FALSE(clock_.trusted());
  VendorSays(start_ + 3s);
  EXPECT_EQ(clock_.state(), State::kTrusted);
  EXPECT_EQ(clock_.vendor_ahead(), 3s);
}

TEST_F(DatabaseClockTest, ItDoesNotMatterWhichOfTheTwoAnswersFirst) {
  VendorSays(start_);
  EXPECT_EQ(clock_.state(), State::kStale);
  machine_.passed += 1s;
  Read(start_ + 1s);
  EXPECT_EQ(clock_.state(), State::kTrusted);
}

TEST_F(DatabaseClockTest, IsNotTrustedAtTheStartWhereCleverTapsTimeIsFurtherAwayThanFiveMinutes) {
  for (const int sign : {1, -1}) {
    Read(machine_.Now());
    VendorSays(machine_.Now() + sign * 300s);
    EXPECT_EQ(clock_.state(), State::kTrusted);
    VendorSays(machine_.Now() + sign * 301s);
    EXPECT_EQ(clock_.state(), State::kUnconfirmed);
  }
}

TEST_F(ConfirmedClock, IsNotTrustedAfterItJumpedTogetherWithTheMachine) {
  for (const milliseconds jump : {milliseconds(240h), milliseconds(-240h), milliseconds(301s)}) {
    machine_.passed += 1s;
    BothJump(jump);
    EXPECT_EQ(clock_.machine_ahead(), 0ms);
    EXPECT_EQ(clock_.state(), State::kUnconfirmed);
    machine_.passed += 1s;
    Read(machine_.Now());
    EXPECT_EQ(clock_.state(), State::kUnconfirmed) << "it stays where it is";
    BothJump(-jump);
    EXPECT_EQ(clock_.state(), State::kTrusted) << "it was put back";
  }
}

TEST_F(ConfirmedClock, SmallStepsAddUp) {
  for (int i = 0; i < 5; ++i) BothJump(60s);
  EXPECT_EQ(clock_.state(), State::kTrusted);
  BothJump(60s);
  EXPECT_EQ(clock_.state(), State::kUnconfirmed);
}

/// As after a pause of a virtual machine, which its monotonic clock does not count.
TEST_F(ConfirmedClock, AJumpToTheTrueTimeIsTrustedOnceCleverTapSaysSo) {
  BothJump(1h);
  EXPECT_EQ(clock_.state(), State::kUnconfirmed);
  VendorSays(start_ + 1h);
  EXPECT_EQ(clock_.state(), State::kTrusted);
}

/// CLOCK_BOOTTIME goes on meanwhile.
TEST_F(ConfirmedClock, ASuspendedMachineIsNoJump) {
  machine_.passed += 240h;
  Read(start_ + 240h);
  EXPECT_EQ(clock_.state(), State::kTrusted);
}

TEST_F(ConfirmedClock, WhatDecidesKeepsTheConfirmedTimeThroughAJump) {
  for (const milliseconds jump : {milliseconds(240h), milliseconds(-240h)}) {
    const TimePoint before = clock_.Now();
    machine_.passed += 1s;
    BothJump(jump);
    EXPECT_EQ(clock_.Now(), before + 1s + jump);
    EXPECT_EQ(clock_.deciding().Now(), before + 1s);
    EXPECT_EQ(clock_.deciding().Monotonic(), clock_.Monotonic());
    BothJump(-jump);
    EXPECT_EQ(clock_.deciding().Now(), clock_.Now());
  }
}

TEST_F(ConfirmedClock, AWrongTimeOfCleverTapStopsDecisionsAndMovesNothing) {
  VendorSays(start_ - 10min);
  EXPECT_EQ(clock_.state(), State::kUnconfirmed);
  EXPECT_EQ(clock_.deciding().Now(), start_);
  VendorSays(start_);
  EXPECT_EQ(clock_.state(), State::kTrusted);
}

TEST_F(DatabaseClockTest, WithoutCleverTapsTimeTheFirstReadingIsTakenOnTrustAndAJumpIsNot) {
  clock_.DoWithoutVendor();
  Read(machine_.Now());
  EXPECT_EQ(clock_.state(), State::kTrusted);
  machine_.passed += 240h;
  Read(machine_.Now());
  EXPECT_EQ(clock_.state(), State::kTrusted);
  BothJump(240h);
  clock_.DoWithoutVendor();
  EXPECT_EQ(clock_.state(), State::kUnconfirmed);
  BothJump(-240h);
  EXPECT_EQ(clock_.state(), State::kTrusted);
}

}  // namespace
}  // namespace lethe::core
