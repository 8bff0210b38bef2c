#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

struct Outcome {
  int crash_points;
  int crashes;
};

/// Little work with all that can become of it: a lost reply, a split, a refusal, a window.
Outcome RunWithCrashes(const std::set<int>& crash_at, int replicas) {
  World world({.seed = 1, .replicas = replicas, .crash_at = crash_at, .sandbox_window = 1min});
  world.AddEnvelope({.route = {"acme", Operation::kErasure}, .size = 2});
  world.AddEnvelope(
      {.route = {"acme", Operation::kDisassociation}, .kind = IdentifierKind::kPhone, .size = 4});
  world.vendor().Script(fakes::ReplyLostAfterEffect());
  world.vendor().Poison(fakes::IdentifierAt(EnvelopeId{2}, 1));
  world.Run();

  const Tally tally = world.tally();
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(tally.items[BatchState::kDone], 5);
  EXPECT_EQ(tally.items[BatchState::kRejected], 1);
  return {.crash_points = world.crash_points(), .crashes = tally.crashes};
}

TEST(CrashSweep, SurvivesACrashAtEachPoint) {
  for (int replicas : {1, 2}) {
    const int points = RunWithCrashes({}, replicas).crash_points;
    for (int point = 1; point <= points; ++point) {
      ASSERT_EQ(RunWithCrashes({point}, replicas).crashes, 1);
      ASSERT_FALSE(HasFailure()) << "crash at " << point << " of " << replicas << " replicas";
    }
  }
}

TEST(CrashSweep, SurvivesACrashAtEachPairOfPoints) {
  const int points = RunWithCrashes({}, 1).crash_points;
  for (int first = 1; first <= points; ++first) {
    const int points_after = RunWithCrashes({first}, 1).crash_points;
    for (int second = first + 1; second <= points_after; ++second) {
      ASSERT_EQ(RunWithCrashes({first, second}, 1).crashes, 2);
      ASSERT_FALSE(HasFailure()) << "crashes at " << first << " and " << second;
    }
  }
}

}  // namespace
}  // namespace lethe::simulation
