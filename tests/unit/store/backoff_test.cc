#include <gtest/gtest.h>

#include "store/base/connector.h"

namespace lethe::store {
namespace {

constexpr double kMost = 0.999'999;

TEST(Backoff, DoublesWithEachFailureUpToALimit) {
  Backoff backoff;
  milliseconds pause = backoff.Failed(kMost);
  EXPECT_EQ(pause, Backoff::kFirst);
  for (int i = 0; i < 20; ++i) {
    const milliseconds next = backoff.Failed(kMost);
    EXPECT_EQ(next, std::min(2 * pause, Backoff::kLongest));
    pause = next;
  }
  EXPECT_EQ(pause, Backoff::kLongest);
}

TEST(Backoff, IsSpreadOverHalfOfItself) {
  EXPECT_EQ(Backoff().Failed(0), Backoff::kFirst / 2);
  EXPECT_EQ(Backoff().Failed(0.5), Backoff::kFirst * 3 / 4);
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) backoff.Failed(kMost);
  backoff.Succeeded();
  EXPECT_EQ(backoff.Failed(kMost), Backoff::kFirst);
}

}  // namespace
}  // namespace lethe::store
