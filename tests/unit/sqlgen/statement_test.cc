#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/sqlgen/parsing.h"

namespace lethe::sqlgen {
namespace {

using testing::ElementsAre;

std::vector<std::string> NamesOf(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) names.push_back(parameter.full_name());
  return names;
}

TEST(Statement, BeginsWithItsNameAsAComment) {
  const SqlFile file = Parsed("-- One.\nselect 1\n");
  EXPECT_EQ(file.name, "take_one");
  EXPECT_EQ(file.sql, "/* take_one */\nselect 1");
}

TEST(Statement, NumbersItsParametersInTheOrderOfTheirFirstUse) {
  const SqlFile file = Parsed(
      "-- Two.\n"
      "-- @a int\n"
      "-- @b int\n"
      "select @b, @a, @b\n");
  EXPECT_EQ(SqlOf(file), "select $1, $2, $1");
  EXPECT_THAT(NamesOf(file.parameters), ElementsAre("b", "a"));
}

TEST(Statement, HasEachColumnOfAGroupAsAParameter) {
  const SqlFile file = Parsed(
      "-- Rows.\n"
      "-- @routes.account text\n"
      "-- @routes.wanted int      how many\n"
      "select * from unnest(@routes.account::text[], @routes.wanted::int[])\n");
  EXPECT_EQ(SqlOf(file), "select * from unnest($1::text[], $2::int[])");
  EXPECT_THAT(NamesOf(file.parameters), ElementsAre("routes.account", "routes.wanted"));
  EXPECT_EQ(file.parameters[1].group, "routes");
  EXPECT_EQ(file.parameters[1].comment, "how many");
}

TEST(Statement, KnowsNullableTypesAndArrays) {
  const SqlFile file = Parsed(
      "-- Types.\n"
      "-- @ids bigint[]\n"
      "-- @since time?\n"
      "-- > state state\n"
      "-- > reason text?\n"
      "select state, reason from batch where envelope = any(@ids) and opened_at > @since\n");
  EXPECT_TRUE(file.parameters[0].type.array);
  EXPECT_FALSE(file.parameters[0].type.nullable);
  EXPECT_EQ(file.parameters[1].type.word, "time");
  EXPECT_TRUE(file.parameters[1].type.nullable);
  EXPECT_FALSE(file.columns[0].type.nullable);
  EXPECT_EQ(file.columns[1].name, "reason");
  EXPECT_TRUE(file.columns[1].type.nullable);
}

TEST(Statement, KeepsItsDescriptionApartFromTheDeclarations) {
  const SqlFile file = Parsed(
      "-- Says what it does.\n"
      "--   - indented as well\n"
      "-- @a int      begins here\n"
      "--             and ends here\n"
      "-- > b int\n"
      "--             the answer\n"
      "-- And why:\n"
      "--   one reason\n"
      "select @a as b\n");
  EXPECT_THAT(file.doc, ElementsAre("Says what it does.", "  - indented as well",
                                    "And why:", "  one reason"));
  EXPECT_EQ(file.parameters[0].comment, "begins here and ends here");
  EXPECT_EQ(file.columns[0].comment, "the answer");
}

TEST(Statement, LeavesCastsAndOperatorsAsTheyAre) {
  const SqlFile file = Parsed(
      "-- Signs.\n"
      "-- @a int\n"
      "select @a::int[], b @> c, b <@ c, @ -5\n");
  EXPECT_EQ(SqlOf(file), "select $1::int[], b @> c, b <@ c, @ -5");
}

TEST(Statement, LeavesQuotedTextsAsTheyAre) {
  const SqlFile file = Parsed(
      "-- Texts.\n"
      "-- @a int\n"
      "select '@b', 'it''s @c -- $1', \"@d\", '/*', @a, '*/'\n");
  EXPECT_EQ(SqlOf(file), "select '@b', 'it''s @c -- $1', \"@d\", '/*', $1, '*/'");
}

TEST(Statement, LosesItsCommentsAndWhatTheyName) {
  const SqlFile file = Parsed(
      "-- Comments.\n"
      "-- @a int\n"
      "select @a   -- not @b, isn't it\n"
      "/* nor\n"
      "@c */ from t --");
  EXPECT_EQ(SqlOf(file), "select $1\n \n from t");
}

TEST(Statement, TakesTheTextOfAFragment) {
  const SqlFile file = Parsed(
      "-- One that ends a block.\n"
      "-- @account text\n"
      "update account_state set @end_block() where account = @account\n",
      OneFragment("end_block",
                  "-- Ends.\n"
                  "\n"
                  "blocked_since = null, -- no comment\n"
                  "probe_at = null\n"));
  EXPECT_EQ(SqlOf(file),
            "update account_state set blocked_since = null,\nprobe_at = null where account = $1");
}

TEST(Statement, GivesAFragmentItsArguments) {
  const Fragments fragments = OneFragment("due",
                                          "-- Due.\n"
                                          "-- @linger: how long\n"
                                          "-- @table\n"
                                          "@table.opened_at <= now() - @linger and not @table.x\n");
  const SqlFile file = Parsed(
      "-- One.\n"
      "-- @wait milliseconds\n"
      "-- @account text\n"
      "select from batch b where @due(linger: f(@wait::bigint, ',)', array[1, 2]),\n"
      "  table: b) and account = @account\n",
      fragments);
  EXPECT_EQ(SqlOf(file),
            "select from batch b where b.opened_at <= now() - f($1::bigint, ',)', array[1, 2]) "
            "and not b.x and account = $2");
}

TEST(Statement, NumbersParametersWhereAFragmentUsesThem) {
  const SqlFile file = Parsed(
      "-- One.\n"
      "-- @x int\n"
      "-- @y int\n"
      "select @reversed(a: @x, b: @y)\n",
      OneFragment("reversed", "-- Turns.\n-- @a\n-- @b\n@b, @a\n"));
  EXPECT_EQ(SqlOf(file), "select $1, $2");
  EXPECT_THAT(NamesOf(file.parameters), ElementsAre("y", "x"));
}

TEST(Statement, UsesAFragmentInTheArgumentOfAnother) {
  Fragments fragments = OneFragment("twice", "-- Doubles.\n-- @a\n2 * (@a)\n");
  fragments.merge(OneFragment("one", "-- One.\n1\n"));
  EXPECT_EQ(SqlOf(Parsed("-- Four.\nselect @twice(a: @twice(a: @one()))\n", fragments)),
            "select 2 * (2 * (1))");
}

}  // namespace
}  // namespace lethe::sqlgen
