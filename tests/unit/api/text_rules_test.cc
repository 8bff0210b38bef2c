#include "api/text_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

std::string Repeat(const std::string& text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

const std::string kFourBytes = "\xF0\x9F\x98\x80";

TEST(FaultOfIdentity, TakesTextOfAnyLanguage) {
  const std::vector<std::string> good = {
      "a",
      " a ",
      "user@example.com",
      "J\xC3\xBCrgen",
      "\xE0\xA4\xB0\xE0\xA4\xBE\xE0\xA4\xAE",
      kFourBytes,
      "\xEF\xBF\xBF",      // U+FFFF: not a character, but well-formed
      "\xED\x9F\xBF",      // U+D7FF, below the surrogates
      "\xEE\x80\x80",      // U+E000, above them
      "\xF4\x8F\xBF\xBF",  // U+10FFFF
      "\xE2\x80\x8B",      // a zero-width space is no white space to Unicode
      Repeat("x", kMaxIdentityCharacters),
      Repeat(kFourBytes, kMaxIdentityCharacters),
  };
  for (const auto& text : good)
    EXPECT_EQ(FaultOfIdentity(text), "") << testing::PrintToString(text);
}

TEST(FaultOfIdentity, RefusesWhatIsNotUtf8) {
  const std::vector<std::string> bad = {
      "\x80",              // a continuation alone
      "a\xFFz",            // never in UTF-8
      "\xC3",              // cut off
      "\xE2\x82",          // cut off
      "\xF0\x9F\x98",      // cut off
      "\xC0\xAF",          // overlong
      "\xE0\x80\xAF",      // overlong
      "\xF0\x80\x80\xAF",  // overlong
      "\xED\xA0\x80",      // a surrogate
      "\xED\xBF\xBF",      // a surrogate
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF8\x88\x80\x80\x80",
  };
  for (const auto& text : bad) {
    EXPECT_EQ(FaultOfIdentity(text), "must be UTF-8") << testing::PrintToString(text);
  }
}

TEST(FaultOfIdentity, RefusesControlCharacters) {
  for (const std::string& text :
       {std::string("a\0b", 3), std::string("\x1F"), std::string("a\n"), std::string("\t"),
        std::string("\x7F"), std::string("\xC2\x80"), std::string("\xC2\x9F")}) {
    EXPECT_EQ(FaultOfIdentity(text), "must not contain control characters")
        << testing::PrintToString(text);
  }
}

TEST(FaultOfIdentity, RefusesWhatIsEmptyBlankOrTooLong) {
  EXPECT_EQ(FaultOfIdentity(""), "must not be empty");
  for (const char* blank : {" ", "   ", "\xC2\xA0", "\xE3\x80\x80 \xE2\x80\xA8"}) {
    EXPECT_EQ(FaultOfIdentity(blank), "must not be only white space");
  }
  constexpr std::string_view kTooLong = "must have at most 1024 characters";
  EXPECT_EQ(FaultOfIdentity(Repeat("x", kMaxIdentityCharacters + 1)), kTooLong);
  EXPECT_EQ(FaultOfIdentity(Repeat(kFourBytes, kMaxIdentityCharacters) + "x"), kTooLong);
  EXPECT_EQ(FaultOfIdentity(Repeat("x", 4'000'000)), kTooLong);
}

TEST(FaultOfGuid, TakesOpaqueIds) {
  for (const std::string& good :
       {std::string("a"), std::string("__g0123456789abcdef"), std::string("-4f2b"),
        std::string("5f0c2a7e-1111-2222-3333-444455556666"), std::string("~!"),
        Repeat("f", kMaxGuidBytes)}) {
    EXPECT_EQ(FaultOfGuid(good), "") << good;
  }
}

TEST(FaultOfGuid, RefusesEverythingElse) {
  for (const std::string& bad : {std::string(), std::string("  "), Repeat("f", kMaxGuidBytes + 1),
                                 std::string("a\x7F"), std::string("a\x1F"), std::string("a\0", 2),
                                 std::string("\xC3\xBC"), std::string("\xFF")}) {
    EXPECT_NE(FaultOfGuid(bad), "") << testing::PrintToString(bad);
  }
}

TEST(FaultOfPhone, TakesE164) {
  for (const char* good : {"+1234567", "+123456789012345", "+919812345678"}) {
    EXPECT_EQ(FaultOfPhone(good), "") << good;
  }
}

TEST(FaultOfPhone, RefusesEverythingElse) {
  for (const std::string& bad :
       {std::string(), std::string("+"), std::string("+123456"), std::string("+1234567890123456"),
        std::string("+0123456789"), std::string("919812345678"), std::string("00919812345678"),
        std::string("+91 9812345678"), std::string("+91-9812345678"), std::string("++9198123456"),
        std::string("+919812345678\n"), std::string("+9198123456x"),
        std::string("+\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4"), std::string("+9198123\0", 9)}) {
    EXPECT_NE(FaultOfPhone(bad), "") << testing::PrintToString(bad);
  }
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

TEST(FaultOfIdentifier, AsksTheRuleOfTheKind) {
  EXPECT_EQ(FaultOfIdentifier(IdentifierKind::kIdentity, "J\xC3\xBCrgen"), "");
  EXPECT_NE(FaultOfIdentifier(IdentifierKind::kGuid, "J\xC3\xBCrgen"), "");
  EXPECT_EQ(FaultOfIdentifier(IdentifierKind::kGuid, "__g1"), "");
  EXPECT_NE(FaultOfIdentifier(IdentifierKind::kPhone, "__g1"), "");
}

}  // namespace
}  // namespace lethe::api
