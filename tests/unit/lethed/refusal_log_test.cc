#include "lethed/refusal_log.h"

#include <gtest/gtest.h>

namespace lethe {
namespace {

using access::Refusal;

TEST(RefusalLog, WritesTheFirstAndThenOneEachTenSecondsWithTheNumberInBetween) {
  RefusalLog log;
  EXPECT_EQ(log.Count(Refusal::kNoCredential, milliseconds(0)), 1);
  EXPECT_EQ(log.Count(Refusal::kNoCredential, milliseconds(1)), std::nullopt);
  EXPECT_EQ(log.Count(Refusal::kNoCredential, milliseconds(9'999)), std::nullopt);
  EXPECT_EQ(log.Count(Refusal::kNoCredential, milliseconds(10'000)), 3);
  EXPECT_EQ(log.Count(Refusal::kNoCredential, milliseconds(10'001)), std::nullopt);
  EXPECT_EQ(log.Count(Refusal::kNoCredential, milliseconds(30'000)), 2);
}

TEST(RefusalLog, CountsEachCauseByItself) {
  RefusalLog log;
  for (const Refusal cause : kAll<Refusal>) EXPECT_EQ(log.Count(cause, milliseconds(5)), 1);
}

}  // namespace
}  // namespace lethe
