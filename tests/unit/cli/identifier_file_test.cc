#include "cli/identifiers/identifier_file.h"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Outcome {
  std::vector<std::string> values;
  std::vector<int> lines;
  std::string skipped;
  std::string error;
};

Outcome Read(const std::string& text, bool skip_header = false) {
  IdentifierArguments arguments{.values = {}, .file = "-"};
  std::istringstream in(text);
  const auto error = ReadFile(arguments, skip_header, in);
  return {arguments.values, arguments.lines, arguments.skipped_header, error.value_or("")};
}

TEST(IdentifierFile, OneIdentifierOnALineAsItIs) {
  const Outcome read =
      Read("\xEF\xBB\xBF+4915\r\n\n \t\nJohn \"Johnny\" Doe\nauth0|5f7c\n5e10\nü\n12\" vinyl");
  EXPECT_THAT(read.error, IsEmpty());
  EXPECT_THAT(read.values,
              ElementsAre("+4915", "John \"Johnny\" Doe", "auth0|5f7c", "5e10", "ü", "12\" vinyl"));
  EXPECT_THAT(read.lines, ElementsAre(1, 4, 5, 6, 7, 8));
}

TEST(IdentifierFile, SeveralColumnsAreNoIdentifier) {
  for (const std::string line :
       {"canary@example.com,Ann", "canary;Ann;Lee", "canary\tAnn", "\"canary\"\t\"Ann\"", "canary,",
        ",canary", "canary, Ann", "\"canary\",\"Ann Lee\"", "\"canary\";Ann", "'canary',",
        "canary | Ann", "| canary |", "1,234,567", "sep=;"}) {
    const Outcome read = Read("user-1\n" + line + "\nuser-2\n");
    EXPECT_THAT(read.error, AllOf(StartsWith("the standard input line 2 has several columns: "),
                                  HasSubstr("one on a line"), HasSubstr("cut -d"),
                                  HasSubstr("quotation marks"), Not(HasSubstr("canary"))))
        << line;
  }
}

TEST(IdentifierFile, InQuotationMarksItIsOneField) {
  const Outcome read = Read(
      "\"Doe, John\"\n\"a;b\"\n\"ann\"\n\"John \"\"Johnny\"\" Doe\"\r\n\"\"\"quoted\"\"\"\n"
      "\" ann\"\n");
  EXPECT_THAT(read.error, IsEmpty());
  EXPECT_THAT(read.values,
              ElementsAre("Doe, John", "a;b", "ann", "John \"Johnny\" Doe", "\"quoted\"", " ann"));
}

TEST(IdentifierFile, QuotationMarksThatEncloseNoWholeLineAreRefused) {
  for (const std::string line :
       {"\"canary", "\"canary\" ", "\"canary\"Ann\"", "\"", "\"canary\"\"", "'canary'",
        "=\"canary\"", "“canary”", "'canary", "'+919820198202"}) {
    const Outcome read = Read("user-1\n" + line + "\nuser-2\n");
    EXPECT_THAT(read.error, AllOf(StartsWith("the standard input line 2 "),
                                  HasSubstr("quotation marks"), Not(HasSubstr("canary"))))
        << line;
  }
}

TEST(IdentifierFile, AnApostropheInFrontIsASpreadsheetsMarkOfTextUnlessItIsQuoted) {
  EXPECT_THAT(Read("\"'t Hart\"\nd'Arc\n").values, ElementsAre("'t Hart", "d'Arc"));
}

TEST(IdentifierFile, SeveralIdentifiersOnALineAreNoIdentifier) {
  for (const std::string line :
       {"canary@example.com b@example.com", "canary@example.com / b@example.com",
        "canary@example.com/b@example.com", "canary@example.com & b@example.com",
        "canary@example.com\u00a0b@example.com", "+919820198202 +919820198203",
        "+919820198202/+919820198203", "\"canary@example.com b@example.com\""}) {
    EXPECT_THAT(
        Read("user-1\n" + line + "\nuser-2\n").error,
        AllOf(StartsWith("the standard input line 2 has several identifiers: one on a line"),
              HasSubstr("command line"), Not(HasSubstr("canary")), Not(HasSubstr("+91"))))
        << line;
  }
  EXPECT_THAT(Read("a@b@c\n@ann @home\n+91 98201 98202\nann+bob +1\nann@x.org/home\n").error,
              IsEmpty());
}

TEST(IdentifierFile, ATabAroundALineIsNoColumn) {
  for (const std::string line : {"canary\t", "\tcanary", "\t canary\t"}) {
    EXPECT_THAT(Read("user-1\n" + line + "\n").error,
                AllOf(StartsWith("the standard input line 2 begins or ends with a tab"),
                      Not(HasSubstr("canary"))))
        << line;
  }
}

TEST(IdentifierFile, WhatStandsForNoValueIsNoPerson) {
  for (const std::string line : {"NULL",
                                 "null",
                                 "(null)",
                                 "[NULL]",
                                 "<null>",
                                 "N/A",
                                 "n/a",
                                 "NA",
                                 "<NA>",
                                 "#N/A",
                                 "#REF!",
                                 "#NAME?",
                                 "#DIV/0!",
                                 "nan",
                                 "NaN",
                                 "NaT",
                                 "\\N",
                                 "nil",
                                 "None",
                                 "\"\"",
                                 "-",
                                 "--",
                                 "?",
                                 " NULL",
                                 "\"NULL\"",
                                 "NULL ",
                                 "#VALUE!",
                                 "-----",
                                 "+---+",
                                 "...",
                                 "undefined",
                                 "[object Object]",
                                 "(3 rows)",
                                 "(1 row)",
                                 "(3 rows affected)",
                                 "3 rows in set (0.01 sec)",
                                 "3 rows affected",
                                 "Total: 1",
                                 "TOTAL 4711",
                                 "total rows: 3",
                                 "Count: 3",
                                 "Total rows",
                                 "End of report",
                                 "<EOF>",
                                 "TRUE",
                                 "false"}) {
    const Outcome read = Read("user-1\n" + line + "\nuser-2\n");
    EXPECT_THAT(read.error, AllOf(StartsWith("the standard input line 2 "),
                                  HasSubstr("stands for no value"), HasSubstr("command line")))
        << line;
  }
  EXPECT_THAT(
      Read("user-1\nNull Smith\nnone-7\nNA-1\nn/a/1\n#1\nundefined2\n3 rows in a\ntrue1\ntotal-1\n"
           "count7\nTotal 7 Ltd\nend\n")
          .error,
      IsEmpty());
}

TEST(IdentifierFile, ANumberThatAProgramHasRewrittenIsNoIdentifier) {
  for (const std::string line :
       {"1.23457E+12", "9.19877E+11", "9E+11", "1,23457E+12", "1.2e+3", "-1.2E-3", "9.19E11",
        "+9.2E+11", "919876543210.0", "42.00", "\"9.19877E+11\""}) {
    const Outcome read = Read("user-1\n" + line + "\nuser-2\n");
    EXPECT_THAT(read.error,
                AllOf(StartsWith("the standard input line 2 is a number as "), HasSubstr("as text"),
                      HasSubstr("command line"), Not(HasSubstr("9.1"))))
        << line;
  }
  // Ids that only look alike.
  EXPECT_THAT(Read("5e10\n123e4567\n1.2.0\n10.5\n0\n-7\n1E+x\nE+12\n").error, IsEmpty());
}

TEST(IdentifierFile, ALineWithMoreAroundTheIdentifierIsNoIdentifier) {
  for (const std::string line :
       {"#canary@example.com", "# canary", "//canary", "-- canary", "mailto:canary@example.com",
        "MAILTO:canary@example.com", "tel:+919876543210", "sms:+919876543210",
        "https://example.com/canary", "Ann Canary <canary@example.com>", "<canary@example.com>",
        "{\"email\": \"canary@example.com\"}", "[canary]", " {canary}", "- canary", "* canary",
        "• canary@example.com", "1. canary", "12) canary"}) {
    const Outcome read = Read("user-1\n" + line + "\nuser-2\n");
    EXPECT_THAT(
        read.error,
        AllOf(StartsWith("the standard input line 2 is a comment, a point of a list, a link"),
              HasSubstr("command line"), Not(HasSubstr("canary"))))
        << line;
  }
  EXPECT_THAT(Read("user-1\n#4711\na<b\ntelly:1\n-5\n1.a\n1)a\n*a\n-a\nann/b\nurn:a:b\n").error,
              IsEmpty());
}

TEST(IdentifierFile, SaysHowManyMoreLinesAreWrong) {
  EXPECT_THAT(
      Read("user-1\nNULL\na,b\nuser-2\nnan\n").error,
      AllOf(StartsWith("the standard input line 2 stands"), HasSubstr("(2 more lines are wrong)")));
  EXPECT_THAT(Read("user-1\nNULL\na,b\n").error, HasSubstr("(1 more line is wrong)"));
  EXPECT_THAT(Read("user-1\nNULL\n").error, Not(HasSubstr("more line")));
}

TEST(IdentifierFile, NoticesAHeaderByItsWords) {
  for (const std::string header : {"identity",
                                   "User ID",
                                   "user_id",
                                   "loyaltyMemberNo",
                                   "Client Ref",
                                   "\"Email\",name",
                                   "customer-id;since",
                                   "CRM contact number",
                                   "uuid",
                                   "username",
                                   "External customer key",
                                   "uid",
                                   "UID:",
                                   "E-mail/Phone",
                                   "Email:",
                                   "guest_id",
                                   "* Email",
                                   "Employee #",
                                   "hashed email",
                                   "WhatsApp number",
                                   "Row ID"}) {
    EXPECT_THAT(Read(header + "\nann\nbob\n").error,
                StartsWith("the standard input line 1 looks like a header: --header skips it"))
        << header;
    const Outcome skipped = Read("\n" + header + "\nann\nbob\n", true);
    EXPECT_THAT(skipped.error, IsEmpty()) << header;
    EXPECT_THAT(skipped.values, ElementsAre("ann", "bob"));
    EXPECT_THAT(skipped.skipped, StartsWith("the standard input line 2 is skipped as a header: "));
  }
  EXPECT_EQ(Read("\"User ID\",since\nann\n", true).skipped,
            "the standard input line 1 is skipped as a header: User ID");
}

TEST(IdentifierFile, NoticesAHeaderThatIsUnlikeAllOthers) {
  for (const std::string header : {"Kundennummer", "Téléphone", "canary"}) {
    for (const std::string people : {"user-1\nuser-2\nuser-3\n", "a@example.com\nuser-2\n7\n",
                                     "+4915\n+4916\n+4917\n+4918\n"}) {
      EXPECT_THAT(Read(header + "\n" + people).error,
                  AllOf(StartsWith("the standard input line 1 looks like a header: --header skips"),
                        Not(HasSubstr("canary"))));
      const Outcome skipped = Read(header + "\n" + people, true);
      EXPECT_THAT(skipped.error, IsEmpty());
      EXPECT_EQ(skipped.skipped,
                "the standard input line 1 is skipped as a header: unlike all others it has no "
                "digit and no @");
    }
  }
  EXPECT_THAT(Read("ann\nuser-1\nuser-2\nuser-3\nbob\n").error, IsEmpty());
  EXPECT_THAT(Read("ann\nuser-1\nuser-2\n").error, IsEmpty()) << "may be chance";
  EXPECT_THAT(Read("ann\n").error, IsEmpty());
}

TEST(IdentifierFile, SkipsNoLineThatMayBeAPerson) {
  for (const std::string people :
       {"canary-1\nuser-2\n", "canary\nbob\n", "canary\n", "+4915\n+4916\n",
        "canary@example.com\nb@example.com\n", "user-1\nid\n"}) {
    EXPECT_THAT(Read(people, true).error,
                AllOf(StartsWith("the standard input line 1 does not look like a header"),
                      HasSubstr("without --header"), Not(HasSubstr("canary"))))
        << people;
  }
  EXPECT_THAT(Read("", true).error, IsEmpty());
}

TEST(IdentifierFile, SaysWhichLineIsNotUtf8AndWhatToDo) {
  EXPECT_THAT(Read("user-1\nJos\xE9\n").error,
              AllOf(StartsWith("the standard input line 2 is not UTF-8"), HasSubstr("iconv -f "),
                    Not(HasSubstr("Jos"))));
  EXPECT_THAT(Read("user-1\n\"Jos\xC3\"\n").error, HasSubstr("line 2 is not UTF-8"));
  EXPECT_THAT(Read("\xE9tat\nuser-1\n", true).error, HasSubstr("line 1 is not UTF-8"));
  for (const std::string& text : {std::string("\xFF\xFE"
                                              "a\0\n\0",
                                              6),
                                  std::string("\xFE\xFF\0a\0\n", 6)}) {
    for (const bool header : {false, true}) {
      EXPECT_THAT(Read(text, header).error, AllOf(StartsWith("the standard input line 1 is UTF-16"),
                                                  HasSubstr("iconv -f UTF-16 -t UTF-8")));
    }
  }
  EXPECT_THAT(Read(std::string("a\0\n\0b\0\n\0", 8)).error,
              AllOf(StartsWith("the standard input line 1 has a zero byte"), HasSubstr("UTF-16")));
}

}  // namespace
}  // namespace lethe::cli
