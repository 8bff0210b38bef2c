#include "lethe/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lethe {
namespace {

using testing::ElementsAre;

constexpr Blocker kA{EnvelopeId{7}, {0, 9}};
constexpr Blocker kB{EnvelopeId{7}, {10, 10}};

TEST(CutByBlocker, LeavesWholeWhatWaitsForNobody) {
  EXPECT_THAT(CutByBlocker({3, 5}, {}), ElementsAre(OrderedRun{{3, 5}}));
}

TEST(CutByBlocker, LeavesWholeWhatWaitsForOneBatch) {
  EXPECT_THAT(CutByBlocker({3, 5}, {{3, kA}, {4, kA}, {5, kA}}),
              ElementsAre(OrderedRun{{3, 5}, kA}));
}

TEST(CutByBlocker, CutsAtBothEnds) {
  EXPECT_THAT(CutByBlocker({0, 3}, {{0, kA}, {3, kA}}),
              ElementsAre(OrderedRun{{0, 0}, kA}, OrderedRun{{1, 2}}, OrderedRun{{3, 3}, kA}));
}

TEST(CutByBlocker, CutsBetweenNeighboursThatWaitForDifferentBatches) {
  EXPECT_THAT(CutByBlocker({4, 7}, {{5, kA}, {6, kB}, {7, kB}}),
              ElementsAre(OrderedRun{{4, 4}}, OrderedRun{{5, 5}, kA}, OrderedRun{{6, 7}, kB}));
}

TEST(CutByBlocker, ASingleItemIsARun) {
  EXPECT_THAT(CutByBlocker({9, 9}, {}), ElementsAre(OrderedRun{{9, 9}}));
  EXPECT_THAT(CutByBlocker({9, 9}, {{9, kB}}), ElementsAre(OrderedRun{{9, 9}, kB}));
}

TEST(GoesFirst, IsTheOrderOfRequestsUnlessOneIsUnderWay) {
  constexpr RequestId kEarly{1}, kLate{2};
  for (const bool attempted : {false, true}) {
    EXPECT_TRUE(GoesFirst({attempted, kEarly}, {attempted, kLate}));
    EXPECT_FALSE(GoesFirst({attempted, kLate}, {attempted, kEarly}));
  }
  EXPECT_TRUE(GoesFirst({true, kLate}, {false, kEarly}));
  EXPECT_FALSE(GoesFirst({false, kEarly}, {true, kLate}));
}

}  // namespace
}  // namespace lethe
