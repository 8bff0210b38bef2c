#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "simulation/dispatcher/world.h"

// People cancel, hold and release at any moment, in any weather.

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::IsEmpty;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kStormsOfChanges = 40;
#else
constexpr int kStormsOfChanges = 200;
#endif

struct ChangesOutcome {
  Tally tally;
  std::vector<std::string> violations;
};

ChangesOutcome StormOfChanges(int seed, Defect defect = Defect::kNone) {
  World world({.seed = static_cast<std::uint64_t>(seed),
               .replicas = 3,
               .storm = 2h,
               .minds_change = true,
               .defect = defect});
  world.AddTraffic(30);
  world.Run();
  return {world.tally(), world.violations()};
}

TEST(ChangesSimulation, WhatIsCancelledNeverTakesEffectAndNoCallBeginsWithWhatIsOnHold) {
  Tally sum;
  for (int seed = 1; seed <= kStormsOfChanges; ++seed) {
    const ChangesOutcome outcome = StormOfChanges(seed);
    ASSERT_THAT(outcome.violations, IsEmpty()) << "seed " << seed;
    sum.Add(outcome.tally);
  }
  for (const RequestChange change : kAll<RequestChange>) {
    EXPECT_GT(sum.changed[change], 0) << Name(change);
  }
  EXPECT_GT(sum.items[BatchState::kDone], sum.items[BatchState::kCancelled] / 4);
}

/// The seeds until one finds it.
std::vector<std::string> FoundOfChanges(Defect defect, const std::string& violation) {
  std::vector<std::string> found;
  for (int seed = 1; seed <= kStormsOfChanges && !testing::Value(found, Contains(violation));
       ++seed) {
    found = StormOfChanges(seed, defect).violations;
  }
  return found;
}

TEST(PlantedMistakeInChanges, ACancelOfWhatACallMayHaveCarriedIsSeen) {
  constexpr char kFound[] = "an item was cancelled that had taken effect";
  EXPECT_THAT(FoundOfChanges(Defect::kCancelsTooLate, kFound), Contains(kFound));
}

TEST(PlantedMistakeInChanges, AHoldOfWhatIsBeingSentIsSeen) {
  constexpr char kFound[] = "a call began with an item that is on hold";
  EXPECT_THAT(FoundOfChanges(Defect::kHoldsWhatIsBeingSent, kFound), Contains(kFound));
}

}  // namespace
}  // namespace lethe::simulation
