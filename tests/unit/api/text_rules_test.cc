#include "api/fields/text_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

std::string Repeat(const std::string& text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(FaultOfIdempotencyKey, KnowsItsLimits) {
  EXPECT_EQ(FaultOfIdempotencyKey("k"), "");
  EXPECT_EQ(FaultOfIdempotencyKey("order 7: 'quoted'"), "");
  EXPECT_EQ(FaultOfIdempotencyKey(Repeat("k", kMaxIdempotencyKeyBytes)), "");
  EXPECT_NE(FaultOfIdempotencyKey(Repeat("k", kMaxIdempotencyKeyBytes + 1)), "");
  EXPECT_NE(FaultOfIdempotencyKey(""), "");
  EXPECT_NE(FaultOfIdempotencyKey(" "), "");
  EXPECT_NE(FaultOfIdempotencyKey("k\xC3\xBC"), "");
  EXPECT_NE(FaultOfIdempotencyKey("k\n"), "");
}

TEST(FaultOfJustification, IsTextOfALimitedLength) {
  EXPECT_EQ(FaultOfJustification("J\xC3\xBCrgen has looked, OPS-4711"), "");
  EXPECT_EQ(FaultOfJustification(Repeat("\xF0\x9F\x98\x80", kMaxJustificationCharacters)), "");
  EXPECT_EQ(FaultOfJustification(""), "must not be empty");
  EXPECT_EQ(FaultOfJustification("\xE3\x80\x80 \xE2\x80\xA8"), "must not be only white space");
  EXPECT_EQ(FaultOfJustification("a\xFFz"), "must be UTF-8");
  EXPECT_EQ(FaultOfJustification("a\n"), "must not contain control characters");
  constexpr std::string_view kTooLong = "must have at most 1000 characters";
  EXPECT_EQ(FaultOfJustification(Repeat("x", kMaxJustificationCharacters + 1)), kTooLong);
  EXPECT_EQ(FaultOfJustification(Repeat("x", 4'000'000)), kTooLong);
}

}  // namespace
}  // namespace lethe::api
