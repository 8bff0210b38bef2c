#include "runtime/loop.h"

#include <gmock/gmock.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>

#include "fakes/fake_clock.h"
#include "unit/runtime/waits.h"

namespace lethe::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class LoopTest : public testing::Test {
 protected:
  std::unique_ptr<Loop> Start(std::function<Next()> pass, milliseconds interval = 1000ms) {
    return std::make_unique<Loop>(
        Loop::Parts{.clock = clock_,
                    .jitter = [this] { return jitter_.load(); },
                    .wait = [this](const auto& stop, auto time) { waits_.Enter(stop, time); }},
        Loop::Job{.name = "test_pass", .interval = interval, .pass = std::move(pass)});
  }

  /// A loop that waits as lethed's do.
  std::unique_ptr<Loop> StartInRealTime(milliseconds interval, std::function<Next()> pass) {
    return std::make_unique<Loop>(
        Loop::Parts{.clock = clock_, .jitter = [] { return 0.0; }, .wait = WaitFor},
        Loop::Job{.name = "test_pass", .interval = interval, .pass = std::move(pass)});
  }

  fakes::FakeClock clock_;
  std::atomic<double> jitter_ = 0.5;
  Waits waits_;
  std::atomic<int> passes_{0};
};

TEST_F(LoopTest, MakesAPassAtOnceAndOneAfterEachInterval) {
  const auto loop = Start([this] {
    ++passes_;
    return Next::kWait;
  });
  EXPECT_THAT(waits_.Await(1), ElementsAre(1000ms));
  EXPECT_EQ(passes_, 1);
  waits_.End();
  EXPECT_THAT(waits_.Await(2), ElementsAre(1000ms, 1000ms));
  EXPECT_EQ(passes_, 2);
}

TEST_F(LoopTest, SpreadsTheIntervalByATenth) {
  jitter_ = 0;
  const auto loop = Start([] { return Next::kWait; });
  waits_.Await(1);
  jitter_ = 0.25;
  waits_.End();
  waits_.Await(2);
  jitter_ = 0.9999;
  waits_.End();
  EXPECT_THAT(waits_.Await(3), ElementsAre(900ms, 950ms, 1099ms));
}

TEST_F(LoopTest, APassThatHasMoreToDoIsFollowedAtOnce) {
  const auto loop = Start([this] { return ++passes_ < 3 ? Next::kAgain : Next::kWait; });
  EXPECT_THAT(waits_.Await(1), ElementsAre(1000ms));
  EXPECT_EQ(passes_, 3);
}

TEST_F(LoopTest, InRealTimeAPassFollowsAfterTheInterval) {
  std::latch two_passes(2);
  const auto loop = StartInRealTime(1ms, [&] {
    if (++passes_ <= 2) two_passes.count_down();
    return Next::kWait;
  });
  two_passes.wait();
}

TEST_F(LoopTest, StopEndsALongWaitAndNoPassFollows) {
  std::latch first_pass(1);
  const auto loop = StartInRealTime(24h, [&] {
    if (++passes_ == 1) first_pass.count_down();
    return Next::kWait;
  });
  first_pass.wait();
  loop->Stop();
  EXPECT_EQ(passes_, 1);
}

TEST_F(LoopTest, StopWaitsForThePassThatRunsAndNoneFollows) {
  std::latch second_pass(1);
  bool second_pass_ended = false;  // without a lock: Stop() orders it
  const auto loop = Start([&] {
    if (++passes_ != 2) return Next::kWait;
    second_pass.count_down();
    std::latch stop_requested(1);
    const std::stop_callback on_stop(waits_.stops().at(0), [&] { stop_requested.count_down(); });
    stop_requested.wait();
    second_pass_ended = true;
    return Next::kAgain;
  });
  waits_.Await(1);
  waits_.End();
  second_pass.wait();
  loop->Stop();
  EXPECT_TRUE(second_pass_ended);
  EXPECT_EQ(passes_, 2);
}

TEST_F(LoopTest, StoppingAgainDoesNothing) {
  const auto loop = Start([this] {
    ++passes_;
    return Next::kWait;
  });
  waits_.Await(1);
  loop->Stop();
  loop->Stop();
  EXPECT_EQ(passes_, 1);
}

TEST_F(LoopTest, TheDestructorStops) {
  auto loop = Start([this] {
    ++passes_;
    return Next::kWait;
  });
  waits_.Await(1);
  loop.reset();
  EXPECT_TRUE(waits_.stops().at(0).stop_requested());
  EXPECT_EQ(passes_, 1);
}

TEST_F(LoopTest, IsAliveUntilAPassTakesTooLong) {
  std::latch entered(1), release(1);
  const auto loop = Start([&] {
    entered.count_down();
    release.wait();
    return Next::kWait;
  });
  entered.wait();
  EXPECT_TRUE(loop->alive());
  clock_.Advance(Loop::kStuckAfter - 1ms);
  EXPECT_TRUE(loop->alive());
  clock_.Advance(1ms);
  EXPECT_FALSE(loop->alive());

  release.count_down();
  waits_.Await(1);
  EXPECT_TRUE(loop->alive());
}

TEST_F(LoopTest, IsAliveHoweverLongItWaits) {
  const auto loop = Start([] { return Next::kWait; }, /*interval=*/24h);
  waits_.Await(1);
  clock_.Advance(24h);
  EXPECT_TRUE(loop->alive());
}

TEST_F(LoopTest, TheTimeOfAPassRunsFromItsOwnBeginning) {
  std::latch second_entered(1), release(1);
  const auto loop = Start([&] {
    if (++passes_ == 2) {
      second_entered.count_down();
      release.wait();
    }
    return Next::kWait;
  });
  waits_.Await(1);
  clock_.Advance(Loop::kStuckAfter);
  waits_.End();
  second_entered.wait();
  EXPECT_TRUE(loop->alive());
  release.count_down();
}

TEST_F(LoopTest, TheThreadHasThePassesName) {
  std::array<char, 16> thread_name{};
  const auto loop = Start([&] {
    pthread_getname_np(pthread_self(), thread_name.data(), thread_name.size());
    return Next::kWait;
  });
  waits_.Await(1);
  EXPECT_STREQ(thread_name.data(), "test_pass");
  EXPECT_EQ(loop->name(), "test_pass");
}

}  // namespace
}  // namespace lethe::runtime
