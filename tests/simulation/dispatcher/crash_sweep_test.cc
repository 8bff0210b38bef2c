#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <vector>

#include "simulation/dispatcher/world.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

/// Little work with all that can become of it: a bad identifier to search for, a lost reply, an
/// answer for some only, an operation that waits for another one, wrong credentials, windows.
int RunWithCrashes(const std::set<int>& crash_at, int replicas) {
  World world({.seed = 1, .replicas = replicas, .crash_at = crash_at, .sandbox_window = 1min});
  const std::vector<Identifier> both{Identifier("both")};
  const Route disassociate{"acme", Operation::kDisassociation};
  const Route erase{"acme", Operation::kErasure};
  world.AddEnvelope(
      {.route = disassociate, .kind = IdentifierKind::kPhone, .size = 3, .identifiers = both}, {1});
  world.AddEnvelope({.route = erase, .size = 3, .identifiers = both}, {1});
  world.AddEnvelope({.route = erase, .size = 1});
  world.fate().Plan(Operation::kDisassociation, Mishap::kUnauthorized);
  world.fate().Plan(Operation::kDisassociation, Mishap::kReplyLost);
  world.Run();

  const Tally tally = world.tally();
  EXPECT_THAT(world.violations(), IsEmpty());
  EXPECT_EQ(tally.crashes, std::ssize(crash_at));
  EXPECT_EQ(tally.items[BatchState::kDone], 5);
  // The call whose reply was lost may have reached the bad one of the disassociation: a person
  // decides. A crash may cost the evidence about the other one.
  const int rejected = tally.items[BatchState::kRejected];
  EXPECT_EQ(rejected + tally.items[BatchState::kCancelled], 2);
  EXPECT_GE(rejected, crash_at.empty() ? 1 : 0);
  EXPECT_TRUE(tally.let_go > 0 || tally.crashes > 0) << "nothing had to wait";
  return world.crash_points();
}

TEST(CrashSweep, SurvivesACrashAtEachPoint) {
  for (int replicas : {1, 2}) {
    const int points = RunWithCrashes({}, replicas);
    for (int point = 1; point <= points; ++point) {
      RunWithCrashes({point}, replicas);
      ASSERT_FALSE(HasFailure()) << "crash at " << point << " of " << replicas << " replicas";
    }
  }
}

/// A sanitizer takes ten times as long: it looks at a part of the pairs.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kStride = 11;
#else
constexpr int kStride = 1;
#endif

TEST(CrashSweep, SurvivesACrashAtEachPairOfPoints) {
  const int points = RunWithCrashes({}, 1);
  for (int first = 1; first <= points; ++first) {
    const int points_after = RunWithCrashes({first}, 1);
    for (int second = first + 1; second <= points_after; second += kStride) {
      RunWithCrashes({first, second}, 1);
      ASSERT_FALSE(HasFailure()) << "crashes at " << first << " and " << second;
    }
  }
}

}  // namespace
}  // namespace lethe::simulation
