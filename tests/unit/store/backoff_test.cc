#include <gtest/gtest.h>

#include <algorithm>

#include "store/session/connector.h"

namespace lethe::store {
namespace {

constexpr double kMost = 0.999'999;
constexpr milliseconds kNow{1'000'000};

TEST(Backoff, DoublesWithEachFailureUpToALimit) {
  Backoff backoff;
  milliseconds pause = backoff.Failed(kNow, kMost);
  EXPECT_EQ(pause, Backoff::kFirst);
  for (int i = 0; i < 20; ++i) {
    const milliseconds next = backoff.Failed(kNow, kMost);
    EXPECT_EQ(next, std::min(2 * pause, Backoff::kLongest));
    pause = next;
  }
  EXPECT_EQ(pause, Backoff::kLongest);
}

TEST(Backoff, IsSpreadOverHalfOfItself) {
  EXPECT_EQ(Backoff().Failed(kNow, 0), Backoff::kFirst / 2);
  EXPECT_EQ(Backoff().Failed(kNow, 0.5), Backoff::kFirst * 3 / 4);
}

TEST(Backoff, BeginsAnewWithTheNextOutage) {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) backoff.Failed(kNow, kMost);
  const milliseconds soon = kNow + Backoff::kForget - milliseconds(1);
  EXPECT_EQ(backoff.Failed(soon, kMost), Backoff::kLongest);
  EXPECT_EQ(backoff.Failed(soon + Backoff::kForget, kMost), Backoff::kFirst);
}

}  // namespace
}  // namespace lethe::store
