#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/sqlgen/parsing.h"

namespace lethe::sqlgen {
namespace {

using testing::ElementsAre;

TEST(RefusedStatement, UsesAParameterThatItDoesNotDeclare) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "-- @a int\n"
                         "select @a,\n"
                         "  'two\n"
                         "lines', -- three\n"
                         "  /* four\n"
                         "  */ @b, @A\n"),
              ElementsAre("room/sql/take_one.sql:7: @b is not declared",
                          "room/sql/take_one.sql:7: @A is not declared"));
}

TEST(RefusedStatement, NamesAGroupOrAColumnOfItAlone) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "-- @rows.a int\n"
                         "select @rows.a, @rows, @a\n"),
              ElementsAre("room/sql/take_one.sql:3: @rows is not declared",
                          "room/sql/take_one.sql:3: @a is not declared"));
}

TEST(RefusedStatement, DeclaresAParameterThatItDoesNotUse) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "-- @a int\n"
                         "-- @rows.b int\n"
                         "select '@a'\n"),
              ElementsAre("room/sql/take_one.sql:2: @a is not used",
                          "room/sql/take_one.sql:3: @rows.b is not used"));
}

TEST(RefusedStatement, DeclaresANameTwice) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "-- @a int\n"
                         "-- > b int\n"
                         "-- @a text\n"
                         "-- > b int\n"
                         "select @a as b\n"),
              ElementsAre("room/sql/take_one.sql:4: @a is declared twice",
                          "room/sql/take_one.sql:5: the column b is declared twice"));
}

TEST(RefusedStatement, DeclaresATypeThatThereIsNot) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "-- @a integer\n"
                         "-- > b\n"
                         "select @a as b\n"),
              ElementsAre("room/sql/take_one.sql:2: there is no type 'integer'",
                          "room/sql/take_one.sql:3: there is no type ''"));
}

TEST(RefusedStatement, DeclaresAnArrayOfArraysOrAnswersOne) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "-- @rows.a int[]\n"
                         "-- > b int[]\n"
                         "select @rows.a as b\n"),
              ElementsAre("room/sql/take_one.sql:2: @rows.a is an array already, as a column of "
                          "@rows",
                          "room/sql/take_one.sql:3: the column b cannot be an array"));
}

TEST(RefusedStatement, DoesNotSayWhatItIsFor) {
  EXPECT_THAT(ProblemsOf("-- @a int\n--\nselect @a\n"),
              ElementsAre("room/sql/take_one.sql:1: the file does not say what it is for"));
}

TEST(RefusedStatement, IsAHeadWithoutSql) {
  EXPECT_THAT(ProblemsOf("-- One.\n\n  /* nothing */ -- here\n"),
              ElementsAre("room/sql/take_one.sql:2: there is no statement"));
}

TEST(RefusedStatement, NumbersAParameterByItself) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "select '$1',\n"
                         "  $1\n"),
              ElementsAre("room/sql/take_one.sql:3: a parameter is written @name, not $1"));
}

TEST(RefusedStatement, LeavesAQuoteOpen) {
  EXPECT_THAT(ProblemsOf("-- One.\nselect 'a',\n  'b\n\n"),
              ElementsAre("room/sql/take_one.sql:3: the quote is not closed"));
}

TEST(RefusedStatement, HasANameThatNoStructCanHave) {
  EXPECT_THAT(ProblemsOf("-- One.\nselect 1\n", {}, "room/sql/take-one.sql"),
              ElementsAre("room/sql/take-one.sql:1: the file's name is made of letters, digits "
                          "and _"));
}

TEST(RefusedStatement, HasTheNameOfOneOfAnotherRoom) {
  std::vector<Problem> problems;
  FindDuplicates({Parsed("-- One.\nselect 1\n", {}, "intake/sql/take.sql"),
                  Parsed("-- Two.\nselect 2\n", {}, "intake/sql/keep.sql"),
                  Parsed("-- Three.\nselect 3\n", {}, "review/sql/take.sql")},
                 problems);
  EXPECT_THAT(Texts(problems),
              ElementsAre("review/sql/take.sql:1: the name take is taken by intake/sql/take.sql"));
}

/// Statements that call `@due(linger: .., unit: ..)`.
class RefusedCall : public testing::Test {
 protected:
  const Fragments fragments_ = OneFragment("due",
                                           "-- Due.\n"
                                           "-- @linger\n"
                                           "-- @unit\n"
                                           "now() -\n"
                                           "  @linger * @unit\n");
};

TEST_F(RefusedCall, IsOfAFragmentThatThereIsNot) {
  EXPECT_THAT(ProblemsOf("-- One.\nselect\n  @do(linger: 1)\n", fragments_),
              ElementsAre("room/sql/take_one.sql:3: there is no fragment @do()"));
}

TEST_F(RefusedCall, LacksAnArgument) {
  EXPECT_THAT(ProblemsOf("-- One.\nselect\n  @due(linger: 1), @due()\n", fragments_),
              ElementsAre("room/sql/take_one.sql:3: the fragment @due() needs the argument unit",
                          "room/sql/take_one.sql:3: the fragment @due() needs the argument linger",
                          "room/sql/take_one.sql:3: the fragment @due() needs the argument unit"));
}

TEST_F(RefusedCall, HasAnArgumentTooMany) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "select @due(linger: 1, unit: 2,\n"
                         "            more: 3,\n"
                         "            unit: 4)\n",
                         fragments_),
              ElementsAre("room/sql/take_one.sql:4: the fragment @due() is given the argument "
                          "unit twice",
                          "room/sql/take_one.sql:3: the fragment @due() has no argument more"));
}

TEST_F(RefusedCall, HasAnArgumentWithoutName) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "select @due(linger: 1, unit: 2,\n"
                         "            x::int,\n"
                         "            : 3)\n",
                         fragments_),
              ElementsAre("room/sql/take_one.sql:3: an argument of @due() is written `name: "
                          "text`",
                          "room/sql/take_one.sql:4: an argument of @due() is written `name: "
                          "text`"));
}

TEST_F(RefusedCall, PassesAParameterThatIsNotDeclared) {
  EXPECT_THAT(ProblemsOf("-- One.\n"
                         "select @due(linger: 1,\n"
                         "            unit: 2 +\n"
                         "              @a), @b\n",
                         fragments_),
              ElementsAre("room/sql/take_one.sql:4: @a is not declared",
                          "room/sql/take_one.sql:4: @b is not declared"));
}

TEST_F(RefusedCall, IsNotClosed) {
  EXPECT_THAT(ProblemsOf("-- One.\nselect @due(linger: (1), unit: ')'\n", fragments_),
              testing::Contains("room/sql/take_one.sql:2: the parenthesis of @due() is not "
                                "closed"));
}

TEST(RefusedFragment, UsesAnArgumentThatItDoesNotDeclare) {
  EXPECT_THAT(ProblemsOfFragment("-- Due.\n-- @a\n\n@a +\n@b\n"),
              ElementsAre("sql/fragments/due.sql:5: the fragment declares no argument @b"));
}

TEST(RefusedFragment, DeclaresAnArgumentThatItDoesNotUse) {
  EXPECT_THAT(ProblemsOfFragment("-- Due.\n-- @a\n-- @b\n@a\n"),
              ElementsAre("sql/fragments/due.sql:3: @b is not used"));
}

TEST(RefusedFragment, DeclaresAnArgumentTwice) {
  EXPECT_THAT(ProblemsOfFragment("-- Due.\n-- @a\n-- @a\n@a\n"),
              ElementsAre("sql/fragments/due.sql:3: @a is declared twice"));
}

TEST(RefusedFragment, UsesAnother) {
  EXPECT_THAT(ProblemsOfFragment("-- Due.\n1 +\n@other()\n"),
              ElementsAre("sql/fragments/due.sql:3: a fragment cannot use another, as @other()"));
}

TEST(RefusedFragment, SaysNothing) {
  EXPECT_THAT(ProblemsOfFragment("-- @a\n@a\n"),
              ElementsAre("sql/fragments/due.sql:1: the file does not say what it is for"));
  EXPECT_THAT(ProblemsOfFragment("-- Due.\n"),
              ElementsAre("sql/fragments/due.sql:2: there is no text"));
}

TEST(RefusedFragment, HasTheNameOfOneOfAnotherRoom) {
  std::vector<Problem> problems;
  Fragments fragments = OneFragment("due", "-- Due.\n1\n");
  Fragment other = fragments.at("due");
  other.path = "review/sql/fragments/due.sql";
  AddFragment(other, fragments, problems);
  EXPECT_THAT(Texts(problems), ElementsAre("review/sql/fragments/due.sql:1: the name due is taken "
                                           "by sql/fragments/due.sql"));
}

}  // namespace
}  // namespace lethe::sqlgen
