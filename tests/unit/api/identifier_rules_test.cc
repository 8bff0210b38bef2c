#include "api/fields/identifier_rules.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using enum IdentifierKind;

std::string Repeat(const std::string& text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

/// `RULE`, or `RULE@CHARACTER`; empty for a good one.
std::string Fault(IdentifierKind kind, std::string_view text) {
  const auto fault = FaultOfIdentifier(kind, text);
  if (!fault) return "";
  EXPECT_TRUE(fault->rule.kinds.contains(kind)) << fault->rule.name << " is not of this kind";
  return std::string(fault->rule.name) +
         (fault->character > 0 ? '@' + std::to_string(fault->character) : "");
}

const std::string kFourBytes = "\xF0\x9F\x98\x80";

TEST(IdentityRules, TakeTextOfAnyLanguage) {
  const std::vector<std::string> good = {
      "a",
      "user@example.com",
      "J\u00FCrgen",
      "Jurgen\u0308",  // in another normal form: sent as it is
      "ann lee",
      "ann\u00A0lee",
      "\u0930\u093E\u092E",
      kFourBytes,
      "\uD7FF",
      "\uE000",      // for private use, the company's own perhaps
      "\U0001FBFA",  // not assigned yet: the next version of Unicode may
      "\u06DD12",    // an Arabic sign that is written before a number, and shows
      Repeat("x", kMaxIdentityCharacters),
      Repeat(kFourBytes, kMaxIdentityCharacters),
  };
  for (const std::string& text : good) EXPECT_EQ(Fault(kIdentity, text), "") << text;
}

TEST(IdentityRules, TakeJoinersWhereTheyJoin) {
  for (const char* text :
       {"\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",         // Persian
        "2\u200C\u0647\u0627",                                      // and after a digit of ASCII
        "\u0915\u094D\u200D\u0937",                                 // Devanagari
        "\u0D05\u0D35\u0D28\u0D4D\u200D",                           // Malayalam, at the end
        "\U0001F468\u200D\U0001F469\u200D\U0001F467",               // a family
        "\U0001F3F3\uFE0F\u200D\U0001F308",                         // a rainbow flag
        "fan-\U0001F469\U0001F3FD\u200D\U0001F4BB@example.com"}) {  // a skin tone
    EXPECT_EQ(Fault(kIdentity, text), "") << text;
  }
}

TEST(IdentityRules, RefuseJoinersThatJoinNothing) {
  for (const std::string joiner : {"\u200C", "\u200D"}) {
    EXPECT_EQ(Fault(kIdentity, joiner), "INVISIBLE_CHARACTER@1");
    EXPECT_EQ(Fault(kIdentity, joiner + "ann"), "INVISIBLE_CHARACTER@1");
    EXPECT_EQ(Fault(kIdentity, "ann" + joiner), "INVISIBLE_CHARACTER@4");
    EXPECT_EQ(Fault(kIdentity, "ann" + joiner + "lee"), "INVISIBLE_CHARACTER@4");
    EXPECT_EQ(Fault(kIdentity, "\u0627" + joiner), "INVISIBLE_CHARACTER@2");
    EXPECT_EQ(Fault(kIdentity, "\u0627" + joiner + " \u0628"), "INVISIBLE_CHARACTER@2");
    EXPECT_EQ(Fault(kIdentity, "\u0627" + joiner + joiner + "\u0628"), "INVISIBLE_CHARACTER@2");
    EXPECT_EQ(Fault(kIdentity, "\u0627" + joiner + "@b"), "INVISIBLE_CHARACTER@2");
  }
}

TEST(IdentityRules, RefuseWhiteSpaceAtTheEnds) {
  for (const std::string space :
       {" ", "\u00A0", "\u1680", "\u2003", "\u202F", "\u205F", "\u3000"}) {
    EXPECT_EQ(Fault(kIdentity, space + "ann"), "WHITE_SPACE_AT_START@1");
    EXPECT_EQ(Fault(kIdentity, "ann" + space), "WHITE_SPACE_AT_END@4");
    EXPECT_EQ(Fault(kIdentity, space), "WHITE_SPACE_AT_START@1");
    EXPECT_EQ(Fault(kIdentity, "ann" + space + "lee"), "");
  }
}

TEST(IdentityRules, RefuseWhatShowsNothing) {
  for (const std::string invisible :
       {"\u00AD", "\u061C", "\u180E", "\u200B", "\u200E", "\u200F",     "\u202A",
        "\u202E", "\u2060", "\u2066", "\u2069", "\uFEFF", "\U000E0067", "\u3164",
        "\u115F", "\uFFA0", "\u2800", "\u034F", "\u17B4", "\uFFFC",     "\U000E0FFF"}) {
    EXPECT_EQ(Fault(kIdentity, invisible + "ann"), "INVISIBLE_CHARACTER@1");
    EXPECT_EQ(Fault(kIdentity, "an" + invisible + "n"), "INVISIBLE_CHARACTER@3");
    EXPECT_EQ(Fault(kIdentity, "ann" + invisible), "INVISIBLE_CHARACTER@4");
  }
}

TEST(IdentityRules, RefuseControlCharactersAndSeparators) {
  for (const std::string& text :
       {std::string("ab\0", 3), std::string("ab\x1F"), std::string("ab\n"), std::string("ab\t"),
        std::string("ab\x7F"), std::string("ab\u0080"), std::string("ab\u0085")}) {
    EXPECT_EQ(Fault(kIdentity, text), "CONTROL_CHARACTER@3");
  }
  EXPECT_EQ(Fault(kIdentity, "\tann"), "CONTROL_CHARACTER@1");
  for (const std::string separator : {"\u2028", "\u2029"}) {
    EXPECT_EQ(Fault(kIdentity, separator + "ann"), "LINE_SEPARATOR@1");
    EXPECT_EQ(Fault(kIdentity, "a" + separator + "b"), "LINE_SEPARATOR@2");
  }
}

TEST(IdentityRules, RefuseWhatIsNoText) {
  EXPECT_EQ(Fault(kIdentity, ""), "EMPTY");
  EXPECT_EQ(Fault(kIdentity, "J\uFFFDrgen"), "DAMAGED_CHARACTER@2");
  EXPECT_EQ(Fault(kIdentity, "a\uFFFE"), "NONCHARACTER@2");
  EXPECT_EQ(Fault(kIdentity, "\uFDD0"), "NONCHARACTER@1");
  EXPECT_EQ(Fault(kIdentity, "a\U0010FFFF"), "NONCHARACTER@2");
  const std::vector<std::string> no_utf8 = {
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
  for (const std::string& text : no_utf8) EXPECT_EQ(Fault(kIdentity, text), "NOT_UTF8");
}

TEST(IdentityRules, CountCharactersAndNotBytes) {
  EXPECT_EQ(Fault(kIdentity, Repeat("x", kMaxIdentityCharacters + 1)), "TOO_LONG");
  EXPECT_EQ(Fault(kIdentity, Repeat(kFourBytes, kMaxIdentityCharacters) + "x"), "TOO_LONG");
  EXPECT_EQ(Fault(kIdentity, Repeat("x", 4'000'000)), "TOO_LONG");
  EXPECT_EQ(Fault(kIdentity, kFourBytes + "\u200B"), "INVISIBLE_CHARACTER@2");
}

TEST(GuidRules, TakeOpaqueIdsOfPrintableAscii) {
  for (const std::string& good :
       {std::string("a"), std::string("__g0123456789abcdef"), std::string("-4f2b"),
        std::string("5f0c2a7e-1111-2222-3333-444455556666"), std::string("~!"),
        Repeat("f", kMaxGuidBytes)}) {
    EXPECT_EQ(Fault(kGuid, good), "") << good;
  }
  EXPECT_EQ(Fault(kGuid, ""), "EMPTY");
  EXPECT_EQ(Fault(kGuid, "  "), "WHITE_SPACE_AT_START@1");
  EXPECT_EQ(Fault(kGuid, "__g1 "), "WHITE_SPACE_AT_END@5");
  EXPECT_EQ(Fault(kGuid, "\uFEFF__g1"), "INVISIBLE_CHARACTER@1");
  EXPECT_EQ(Fault(kGuid, "a\x7F"), "CONTROL_CHARACTER@2");
  EXPECT_EQ(Fault(kGuid, std::string("a\0", 2)), "CONTROL_CHARACTER@2");
  EXPECT_EQ(Fault(kGuid, "a\u00FC"), "NOT_PRINTABLE_ASCII@2");
  EXPECT_EQ(Fault(kGuid, "\xFF"), "NOT_UTF8");
  EXPECT_EQ(Fault(kGuid, Repeat("f", kMaxGuidBytes + 1)), "TOO_LONG");
  EXPECT_EQ(Fault(kGuid, Repeat("f", 100'000)), "TOO_LONG");
}

TEST(PhoneRules, TakeE164) {
  for (const char* good : {"+1234567", "+123456789012345", "+919812345678"}) {
    EXPECT_EQ(Fault(kPhone, good), "") << good;
  }
  for (const std::string& bad :
       {std::string("+"), std::string("+123456"), std::string("+1234567890123456"),
        std::string("+0123456789"), std::string("919812345678"), std::string("00919812345678"),
        std::string("+91 9812345678"), std::string("+91-9812345678"), std::string("++9198123456"),
        std::string("+9198123456x"), std::string("+\u0661\u0662\u0663\u0664\u0665\u0666\u0667"),
        Repeat("1", 100'000)}) {
    EXPECT_EQ(Fault(kPhone, bad), "NOT_E164") << bad.substr(0, 20);
  }
  EXPECT_EQ(Fault(kPhone, "+919812345678\n"), "CONTROL_CHARACTER@14");
  EXPECT_EQ(Fault(kPhone, "\u202A+919812345678\u202C"), "INVISIBLE_CHARACTER@1");
  EXPECT_EQ(Fault(kPhone, "+919812345678 "), "WHITE_SPACE_AT_END@14");
}

TEST(IdentifierRules, HaveNamesForProgramsAndReasonsForPeople) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const IdentifierRule& rule : IdentifierRules()) {
    EXPECT_THAT(std::string(rule.name), testing::MatchesRegex("[A-Z][A-Z0-9_]+[A-Z0-9]"));
    EXPECT_TRUE(seen.emplace(rule.name, rule.demand).second) << rule.name;
    EXPECT_THAT(std::string(rule.demand), testing::StartsWith("must "));
    EXPECT_FALSE(rule.because.empty()) << rule.name;
  }
}

TEST(IdentifierRules, AViolationTellsTheRuleAndThePlaceAndNotTheValue) {
  const auto fault = FaultOfIdentifier(kIdentity, "ann@example.com ");
  ASSERT_TRUE(fault);
  const FieldViolation violation = ToViolation("erasure.identities[3]", *fault);
  EXPECT_EQ(violation.field, "erasure.identities[3]");
  EXPECT_EQ(violation.reason, "WHITE_SPACE_AT_END");
  EXPECT_EQ(violation.description, "must not end with white space (character 16)");
  EXPECT_THAT(violation.description, Not(HasSubstr("ann")));
}

}  // namespace
}  // namespace lethe::api
