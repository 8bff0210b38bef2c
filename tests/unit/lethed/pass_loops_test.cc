#include "lethed/pass_loops.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fakes/fake_clock.h"
#include "unit/runtime/waits.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using runtime::Loop;
using runtime::Next;
using testing::Each;
using testing::Property;
using testing::SizeIs;

class PassLoopsTest : public testing::Test {
 protected:
  Pass Counting(std::atomic<int>& count, Pass::Needs needs) {
    return {"count", 1000ms, Pass::RunsIn::kEveryRole, needs, [&count] {
              ++count;
              return Next::kWait;
            }};
  }
  Loop::Parts OnWaits() {
    return {.clock = clock_,
            .jitter = [] { return 0.5; },
            .wait = [this](const auto& stop, auto time) { waits_.Enter(stop, time); }};
  }

  fakes::FakeClock clock_;
  runtime::Waits waits_;
  Readiness readiness_{[](bool) {}, clock_};
  core::DatabaseClock database_clock_{clock_};
};

TEST_F(PassLoopsTest, APassThatNeedsTheDatabaseRestsUntilTheProcessIsReady) {
  std::atomic<int> count{0};
  const PassLoops loops({Counting(count, Pass::Needs::kDatabase)}, readiness_, database_clock_,
                        OnWaits());
  waits_.Await(1);
  EXPECT_EQ(count, 0);

  readiness_.Become(ReadyState::kReady);
  waits_.End();
  waits_.Await(2);
  EXPECT_EQ(count, 1);

  readiness_.Become(ReadyState::kDatabaseUnavailable);
  waits_.End();
  EXPECT_THAT(waits_.Await(3), SizeIs(3));
  EXPECT_EQ(count, 1);
}

TEST_F(PassLoopsTest, APassThatDecidesRestsWhileTheClockIsNotTrusted) {
  std::atomic<int> count{0};
  readiness_.Become(ReadyState::kReady);
  const PassLoops loops({Counting(count, Pass::Needs::kTrustedClock)}, readiness_, database_clock_,
                        OnWaits());
  waits_.Await(1);
  EXPECT_EQ(count, 0) << "nobody has read the database's clock";

  database_clock_.Compare(clock_.Now(), clock_.Monotonic());
  database_clock_.Correct({clock_.Now(), clock_.Monotonic(), clock_.Monotonic()});
  waits_.End();
  waits_.Await(2);
  EXPECT_EQ(count, 1);

  database_clock_.Correct({clock_.Now() - 72h, clock_.Monotonic(), clock_.Monotonic()});
  waits_.End();
  waits_.Await(3);
  EXPECT_EQ(count, 1);
}

TEST_F(PassLoopsTest, APassThatNeedsNothingRunsAlways) {
  std::atomic<int> count{0};
  const PassLoops loops({Counting(count, Pass::Needs::kNothing)}, readiness_, database_clock_,
                        OnWaits());
  waits_.Await(1);
  EXPECT_EQ(count, 1);
}

TEST_F(PassLoopsTest, EachPassRunsOnItsOwnThread) {
  std::atomic<int> count{0};
  std::latch release(1);
  const Pass blocked{"blocked", 1000ms, Pass::RunsIn::kEveryRole, Pass::Needs::kNothing, [&] {
                       release.wait();
                       return Next::kWait;
                     }};
  const PassLoops loops({blocked, Counting(count, Pass::Needs::kNothing)}, readiness_,
                        database_clock_, OnWaits());
  EXPECT_THAT(waits_.Await(1), Each(1000ms));
  EXPECT_EQ(count, 1);
  release.count_down();
}

TEST_F(PassLoopsTest, NamesThePassThatIsStuck) {
  std::atomic<int> count{0};
  std::latch entered(1), release(1);
  readiness_.Become(ReadyState::kReady);
  const Pass blocked{"blocked", 1000ms, Pass::RunsIn::kEveryRole, Pass::Needs::kNothing, [&] {
                       entered.count_down();
                       release.wait();
                       return Next::kWait;
                     }};
  const PassLoops loops({Counting(count, Pass::Needs::kNothing), blocked}, readiness_,
                        database_clock_, OnWaits());
  entered.wait();
  waits_.Await(1);
  EXPECT_EQ(loops.stuck(), std::nullopt);
  clock_.Advance(Loop::kStuckAfter);
  EXPECT_EQ(loops.stuck(), "blocked");
  release.count_down();
}

TEST_F(PassLoopsTest, StopEndsAllLoops) {
  std::atomic<int> first{0}, second{0};
  PassLoops loops({Counting(first, Pass::Needs::kNothing), Counting(second, Pass::Needs::kNothing)},
                  readiness_, database_clock_, OnWaits());
  waits_.Await(2);
  loops.Stop();
  loops.Stop();
  EXPECT_THAT(waits_.stops(), Each(Property(&std::stop_token::stop_requested, true)));
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
}

}  // namespace
}  // namespace lethe
