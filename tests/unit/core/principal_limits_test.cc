#include "lethe/principal_limits.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <vector>

namespace lethe {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr PrincipalLimits kThousandAMinute{.identifiers_a_minute = 1'000};

TEST(IdentifierAllowance, IsWithoutEndWhereThereIsNoLimit) {
  IdentifierAllowance allowance;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(allowance.Take({}, 1'000'000'000, seconds(1)));
}

TEST(IdentifierAllowance, TheWholeLimitFitsAtOnceAndThenWhatHasSunk) {
  IdentifierAllowance allowance;
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 999, seconds(5)));
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 1, seconds(5)));
  EXPECT_EQ(allowance.Take(kThousandAMinute, 1, seconds(5)),
            (LimitReached{PrincipalLimit::kIdentifiersAMinute, milliseconds(60)}));
  EXPECT_EQ(allowance.Take(kThousandAMinute, 500, seconds(5)),
            (LimitReached{PrincipalLimit::kIdentifiersAMinute, seconds(30)}));
  EXPECT_TRUE(allowance.Take(kThousandAMinute, 500, seconds(35) - milliseconds(1)));
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 500, seconds(35)));
}

TEST(IdentifierAllowance, WhatDoesNotFitTakesNothing) {
  IdentifierAllowance allowance;
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 600, seconds(0)));
  EXPECT_TRUE(allowance.Take(kThousandAMinute, 500, seconds(0)));
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 400, seconds(0)));
}

TEST(IdentifierAllowance, WhatIsGivenBackFitsAgain) {
  IdentifierAllowance allowance;
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 1'000, seconds(0)));
  allowance.GiveBack(1'000);
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 1'000, seconds(0)));
  allowance.GiveBack(5'000);
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 1'000, seconds(0)));
  EXPECT_TRUE(allowance.Take(kThousandAMinute, 1, seconds(0))) << "it is no credit";
}

TEST(IdentifierAllowance, OfTwoLimitsTheDayIsTold) {
  const PrincipalLimits limits{.identifiers_a_minute = 1'000, .identifiers_a_day = 1'500};
  IdentifierAllowance allowance;
  EXPECT_FALSE(allowance.Take(limits, 1'000, seconds(0)));
  EXPECT_EQ(allowance.Take(limits, 400, seconds(0))->limit, PrincipalLimit::kIdentifiersAMinute);
  const auto day = allowance.Take(limits, 600, minutes(2));
  ASSERT_TRUE(day);
  EXPECT_EQ(day->limit, PrincipalLimit::kIdentifiersADay);
  EXPECT_FALSE(allowance.Take(limits, 600, minutes(2) + day->retry_after));
}

TEST(IdentifierAllowance, MoreThanALimitFitsIntoAnEmptyLevelAlone) {
  IdentifierAllowance allowance;
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 3'000, seconds(0)));
  EXPECT_EQ(allowance.Take(kThousandAMinute, 3'000, seconds(0))->retry_after, minutes(3));
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 3'000, minutes(3)));
}

TEST(IdentifierAllowance, AnotherLimitHoldsFromTheNextCallOn) {
  IdentifierAllowance allowance;
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 1'000, seconds(0)));
  EXPECT_FALSE(allowance.Take({.identifiers_a_minute = 2'000}, 1'000, seconds(0)));
  EXPECT_TRUE(allowance.Take(kThousandAMinute, 1, seconds(0)));
  EXPECT_FALSE(allowance.Take({}, 1'000, seconds(0)));
  EXPECT_FALSE(allowance.Take(kThousandAMinute, 1'000, seconds(0)))
      << "what was taken without a limit does not count";
}

TEST(IdentifierAllowance, NeverGivesMoreThanTwiceTheLimitInAPeriodAndNeverLiesAboutTheWait) {
  std::mt19937 random(7);
  for (int run = 0; run < 50; ++run) {
    IdentifierAllowance allowance;
    std::vector<std::pair<milliseconds, int>> taken;
    milliseconds now = hours(run);
    for (int i = 0; i < 200; ++i) {
      const int identifiers = 1 + static_cast<int>(random() % 1'000);
      if (const auto reached = allowance.Take(kThousandAMinute, identifiers, now)) {
        EXPECT_GT(reached->retry_after, milliseconds(0));
        now += reached->retry_after;
        ASSERT_FALSE(allowance.Take(kThousandAMinute, identifiers, now));
      }
      taken.emplace_back(now, identifiers);
      int in_a_minute = 0;
      for (const auto& [at, count] : taken) {
        if (at > now - minutes(1)) in_a_minute += count;
      }
      EXPECT_LE(in_a_minute, 2'000);
      now += milliseconds(random() % 20'000);
    }
  }
}

}  // namespace
}  // namespace lethe
