#include "store/base/values.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace lethe::store {
namespace {

TEST(ArrayLiteral, IsEmptyWithoutElements) { EXPECT_EQ(ArrayLiteral().str(), "{}"); }

TEST(ArrayLiteral, HoldsNumbersAndNulls) {
  ArrayLiteral array;
  array.Add(std::int64_t{0});
  array.Add(std::numeric_limits<std::int64_t>::min());
  array.Add(std::optional<std::int64_t>());
  array.Add(std::optional<std::int64_t>(7));
  EXPECT_EQ(array.str(), "{0,-9223372036854775808,NULL,7}");
}

TEST(ArrayLiteral, QuotesEveryText) {
  ArrayLiteral array;
  array.AddText("plain");
  array.AddText("");
  array.AddText("NULL");
  array.AddText("a,b}{ c");
  EXPECT_EQ(array.str(), R"({"plain","","NULL","a,b}{ c"})");
}

TEST(ArrayLiteral, EscapesQuotesAndBackslashes) {
  ArrayLiteral array;
  array.AddText(R"(")");
  array.AddText(R"(\)");
  array.AddText(R"(\",")");
  EXPECT_EQ(array.str(), R"({"\"","\\","\\\",\""})");
}

TEST(ArrayLiteral, WritesBytesInHex) {
  ArrayLiteral array;
  array.AddBytes(std::string("\x00\x7f\x80\xff\"\\", 6));
  array.AddBytes("");
  EXPECT_EQ(array.str(), R"({"\\x007f80ff225c","\\x"})");
}

TEST(NullIfEmpty, MakesNullOfAnEmptyWordOnly) {
  EXPECT_EQ(NullIfEmpty(""), std::nullopt);
  EXPECT_EQ(NullIfEmpty(" "), " ");
}

}  // namespace
}  // namespace lethe::store
