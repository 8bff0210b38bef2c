#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::IsEmpty;

/// A hundred identifiers, and more that come later, in good weather.
Tally RunWithPoison(const std::vector<int>& poison) {
  World world({.seed = 1, .replicas = 2});
  world.AddEnvelope({.route = kErase, .size = 100}, poison);
  world.AddEnvelope({.route = kErase, .size = 100});
  world.Run();
  EXPECT_THAT(world.violations(), IsEmpty());
  return world.tally();
}

TEST(RefusalSimulation, AFewBadIdentifiersAreRejectedWithoutAnybodysHelp) {
  for (const std::vector<int>& poison : {std::vector{0}, {99}, {0, 1, 2, 3, 4}, {7, 33, 50}}) {
    const Tally tally = RunWithPoison(poison);
    EXPECT_EQ(tally.items[BatchState::kRejected], std::ssize(poison));
    EXPECT_EQ(tally.items[BatchState::kDone], 200 - std::ssize(poison));
    EXPECT_EQ(tally.rulings.contains(RefusalVerdict::kBlock), false);
    EXPECT_EQ(tally.resumed, 0);
  }
}

TEST(RefusalSimulation, OfManyBadIdentifiersOnlyAFewAreRejectedWithoutAPerson) {
  for (const std::vector<int>& poison : {std::vector{0, 1, 2, 3, 4, 5}, {5, 15, 25, 35, 45, 55}}) {
    const Tally tally = RunWithPoison(poison);
    EXPECT_LE(tally.items[BatchState::kRejected], kFewRefusals);
    EXPECT_EQ(tally.items[BatchState::kCancelled],
              std::ssize(poison) - tally.items[BatchState::kRejected]);
    EXPECT_EQ(tally.items[BatchState::kDone], 200 - std::ssize(poison));
    EXPECT_EQ(tally.resumed, 0) << "the account goes on";
  }
}

TEST(RefusalSimulation, ADispatcherThatForgetsWhomItRejectedIsSeen) {
  World world({.seed = 1, .replicas = 2, .defect = Defect::kForgetsWhomItRejected});
  world.AddEnvelope({.route = kErase, .size = 100}, {5, 15, 25, 35, 45});
  world.AddEnvelope({.route = kErase, .size = 100}, {1, 50, 99});
  world.Run();
  EXPECT_THAT(world.violations(), Contains("too many were rejected without a person"));
}

TEST(RefusalSimulation, ARuleThatChangesForAWhileFinalisesNobody) {
  for (const milliseconds from : {0ms, 500ms, 5'000ms}) {
    World world({.seed = 1, .replicas = 2});
    const TimePoint start = fakes::FakeClock::kStart;
    world.clevertap().Change(
        {.route = kErase, .kind = {}, .period = {.begin = start + from, .end = start + 1h}});
    for (int i = 0; i < 5; ++i) world.AddEnvelope({.route = kErase, .size = 100});
    world.AddEnvelope({.route = {"acme", Operation::kDemerge}, .size = 100});
    world.Run();
    EXPECT_THAT(world.violations(), IsEmpty());
    EXPECT_EQ(world.tally().items[BatchState::kDone], 600);
    if (from < 1s) {
      EXPECT_TRUE(world.tally().rulings.contains(RefusalVerdict::kBlock));
    }
  }
}

/// Most of the batch is accepted; then CleverTap throttles, and its rule changes before the last
/// two identifiers, a good and a bad one, are sent alone.
void RunSearchThatIsHeldUp(World& world) {
  const auto at = [](milliseconds when) { return fakes::FakeClock::kStart + when; };
  world.AddEnvelope({.route = kErase, .size = 8}, {7});
  for (int call = 0; call < 5; ++call) world.fate().Plan(kErase.operation, Mishap::kNone);
  for (int slot = 0; slot < kConcurrency; ++slot) {
    world.fate().Plan(kErase.operation, Mishap::kThrottledWithAdvice);
  }
  world.clevertap().Change({.route = kErase, .kind = {}, .period = {at(1min), at(1h)}});
  world.Run();
}

TEST(RefusalSimulation, WhatWasAcceptedLongAgoSaysNothingAboutTheRulesOfToday) {
  World world({.seed = 1, .replicas = 1});
  RunSearchThatIsHeldUp(world);
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(world.tally().items[BatchState::kDone], 7);
}

}  // namespace
}  // namespace lethe::simulation
