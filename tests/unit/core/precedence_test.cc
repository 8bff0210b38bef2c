#include "lethe/precedence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lethe {
namespace {

using testing::ElementsAre;

constexpr Blocker kA{EnvelopeId{7}, {0, 9}};
constexpr Blocker kB{EnvelopeId{7}, {10, 10}};

TEST(PrecedenceRuns, ABatchThatNeedNotWaitIsOneRun) {
  EXPECT_THAT(CutByBlocker({3, 5}, {}), ElementsAre(PrecedenceRun{{3, 5}}));
}

TEST(PrecedenceRuns, ABatchThatWaitsForOneBatchIsOneRun) {
  EXPECT_THAT(CutByBlocker({3, 5}, {{3, kA}, {4, kA}, {5, kA}}),
              ElementsAre(PrecedenceRun{{3, 5}, kA}));
}

TEST(PrecedenceRuns, AreCutAtBothEnds) {
  EXPECT_THAT(
      CutByBlocker({0, 3}, {{0, kA}, {3, kA}}),
      ElementsAre(PrecedenceRun{{0, 0}, kA}, PrecedenceRun{{1, 2}}, PrecedenceRun{{3, 3}, kA}));
}

TEST(PrecedenceRuns, AreCutBetweenNeighboursThatWaitForDifferentBatches) {
  EXPECT_THAT(
      CutByBlocker({4, 7}, {{5, kA}, {6, kB}, {7, kB}}),
      ElementsAre(PrecedenceRun{{4, 4}}, PrecedenceRun{{5, 5}, kA}, PrecedenceRun{{6, 7}, kB}));
}

TEST(PrecedenceRuns, ASingleItemIsARun) {
  EXPECT_THAT(CutByBlocker({9, 9}, {}), ElementsAre(PrecedenceRun{{9, 9}}));
  EXPECT_THAT(CutByBlocker({9, 9}, {{9, kB}}), ElementsAre(PrecedenceRun{{9, 9}, kB}));
}

TEST(Precedence, IsTheOrderOfRequestsUnlessOneOfThemWasAttempted) {
  constexpr RequestId kEarly{1}, kLate{2};
  for (const bool attempted : {false, true}) {
    EXPECT_TRUE(Precedes({attempted, kEarly}, {attempted, kLate}));
    EXPECT_FALSE(Precedes({attempted, kLate}, {attempted, kEarly}));
  }
  EXPECT_TRUE(Precedes({true, kLate}, {false, kEarly}));
  EXPECT_FALSE(Precedes({false, kEarly}, {true, kLate}));
}

}  // namespace
}  // namespace lethe
