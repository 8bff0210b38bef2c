#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSeeds = 20;
#else
constexpr int kSeeds = 150;
#endif

Scenario Wandering(int seed, Defect defect = Defect::kNone) {
  return {.seed = static_cast<std::uint64_t>(seed),
          .replicas = 3,
          .storm = 2h,
          .clocks_wander = true,
          .defect = defect};
}

/// The storm begins an hour before CleverTap's deletions do, and ends after its demerges began.
Scenario AtNight(int seed, Defect defect = Defect::kNone) {
  return {.seed = static_cast<std::uint64_t>(seed),
          .replicas = 3,
          .storm = 4h,
          .at_night = true,
          .defect = defect};
}

template <typename Scene>
Tally KeepsItsPromises(Scene scene) {
  Tally sum;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    World world(scene(seed, Defect::kNone));
    world.AddTraffic(30);
    world.Run();
    EXPECT_THAT(world.violations(), IsEmpty()) << "seed " << seed;
    if (testing::Test::HasFailure()) break;
    sum.Add(world.tally());
  }
  return sum;
}

/// Whether a world of the scene breaks a promise that matches.
template <typename Scene, typename Matcher>
bool Breaks(Scene scene, Defect defect, const Matcher& promise) {
  for (int seed = 1; seed <= 100; ++seed) {
    World world(scene(seed, defect));
    world.AddTraffic(30);
    world.Run();
    if (testing::Value(world.violations(), Contains(promise))) return true;
  }
  return false;
}

TEST(Clocks, ReplicasWhoseMachinesWanderKeepEveryPromise) {
  const Tally sum = KeepsItsPromises(Wandering);
  EXPECT_GT(sum.clock_rests, 0) << "no replica has rested for its clock";
  EXPECT_GT(sum.repeated_effects, 0);
  EXPECT_GT(sum.items[BatchState::kDone], sum.items.total() / 2);
}

TEST(Clocks, AReplicaThatDecidesByItsOwnTimeIsFound) {
  EXPECT_TRUE(
      Breaks(Wandering, Defect::kTrustsItsOwnClock,
             AnyOf(HasSubstr("past the resend horizon"), HasSubstr("done before its window"))));
}

TEST(Nights, NobodyIsActedOnAgainOnceTheNightHasBegun) {
  const Tally sum = KeepsItsPromises(AtNight);
  EXPECT_GT(sum.repeated_effects, 0);
  EXPECT_GT(sum.withheld, 0);
}

TEST(Nights, ARepeatLongAfterAPersonAllowedItIsFound) {
  EXPECT_TRUE(Breaks(AtNight, Defect::kForgetsWhenItWasAllowed,
                     HasSubstr("long after a person had allowed it")));
}

TEST(Nights, ARepeatThroughTheNightIsFound) {
  EXPECT_TRUE(Breaks(AtNight, Defect::kForgetsTheHorizon, HasSubstr("who came back in the night")));
}

}  // namespace
}  // namespace lethe::simulation
