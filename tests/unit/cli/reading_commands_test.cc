#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/reading/calendar.h"
#include "cli/reading/rows.h"
#include "unit/api/in_process_server.h"
#include "unit/cli/lethe_runner.h"

namespace lethe::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class ReadingCommands : public api::InProcessServer {
 protected:
  void SetUp() override {
    for (const std::string account : {"shop", "bank"}) {
      auto request = Erasure("ticket-4711");
      request.set_parent("accounts/" + account);
      ASSERT_TRUE(Create(request).ok());
    }
  }

  int Lethe(std::vector<std::string> arguments, const std::string& input = "",
            bool interactive = false) {
    return lethe_.Run(server_->port(), std::move(arguments), input, false, interactive);
  }
  std::string out() const { return lethe_.out(); }
  std::string err() const { return lethe_.err(); }
  static int LinesIn(const std::string& text) {
    return static_cast<int>(std::ranges::count(text, '\n'));
  }

 private:
  LetheRunner lethe_;
};

TEST_F(ReadingCommands, ListEveryFormatOverEveryAccount) {
  ASSERT_EQ(Lethe({"list", "--account", "-"}), kOk) << err();
  EXPECT_EQ(LinesIn(out()), 2);
  EXPECT_THAT(out(), HasSubstr("queued erasure, 1 item: 1 waiting"));
  ASSERT_EQ(Lethe({"list", "--account", "-", "--format", "csv"}), kOk) << err();
  EXPECT_THAT(out(), StartsWith("name,state,operation,identifier_kind,items,"));
  EXPECT_EQ(LinesIn(out()), 3);
  EXPECT_THAT(out(), HasSubstr(",queued,erasure,identity,1,0,0,0,0,0,2026-"));
  ASSERT_EQ(Lethe({"list", "--account", "-", "--format", "ndjson"}), kOk);
  EXPECT_EQ(LinesIn(out()), 2);
  EXPECT_THAT(out(), StartsWith("{\"name\":\"accounts/bank/privacyRequests/"));
  ASSERT_EQ(Lethe({"list", "--account", "-", "--format", "json"}), kOk);
  EXPECT_THAT(out(), AllOf(StartsWith("{\n \"privacyRequests\": [\n{"), HasSubstr("},\n{")));
  ASSERT_EQ(Lethe({"list", "--account", "-", "--format", "table"}), kOk);
  EXPECT_THAT(out(), StartsWith("name  "));
  EXPECT_EQ(LinesIn(out()), 3);
}

TEST_F(ReadingCommands, ListWhatTheFilterSays) {
  ASSERT_EQ(Lethe({"list", "--account", "shop", "--operation", "erasure", "--principal", "crm",
                   "--key", "ticket-4711", "--state", "queued,in_progress", "--overdue", "--held",
                   "--needs-review", "--created-from", "2026-03-01T00:00:00Z", "--due-until",
                   "2026-04-01T00:00:00Z"}),
            kOk)
      << err();
  EXPECT_THAT(out(), IsEmpty());
  const RequestFilter& asked = lists_.asked_filter;
  EXPECT_EQ(asked.principal, "crm");
  EXPECT_EQ(asked.states, (RequestStates{RequestState::kQueued, RequestState::kInProgress}));
  EXPECT_TRUE(asked.overdue && asked.held && asked.needs_review);
  EXPECT_TRUE(asked.created.from && !asked.created.until);
  EXPECT_TRUE(asked.due.until && !asked.due.from);
  ASSERT_EQ(asked.scopes.size(), 1U);
  EXPECT_EQ(asked.scopes[0].operations, (Operations{Operation::kErasure}));
  EXPECT_EQ(Lethe({"list", "--account", "shop", "--due-from", "tomorrow"}), kUsage);
  EXPECT_EQ(Lethe({"list", "--account", "shop", "--order", "due"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("not final"));
}

TEST_F(ReadingCommands, TellHowManyRowsThereAreToWhoWaits) {
  ASSERT_EQ(Lethe({"list", "--account", "-", "--format", "csv", "--all"}, "", true), kOk);
  EXPECT_THAT(err(), HasSubstr("\r2 rows\n"));
  EXPECT_THAT(out(), Not(HasSubstr("rows")));
}

TEST_F(ReadingCommands, ExceptionsSayWhichItemAndWhy) {
  lists_.exceptions = {{.account = "shop",
                        .request = RequestId{5},
                        .operation = Operation::kErasure,
                        .kind = IdentifierKind::kIdentity,
                        .ordinal = 3,
                        .state = BatchState::kRejected,
                        .reason = "vendor_code_516",
                        .since = TimePoint(),
                        .envelope = EnvelopeId{9},
                        .pos = 3}};
  ASSERT_EQ(Lethe({"exceptions", "--account", "-", "--format", "csv"}), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("accounts/shop/privacyRequests/5,3,rejected,vendor_code_516,516,"
                               "1970-01-01T00:00:00Z,erasure,identity\r\n"));
}

TEST_F(ReadingCommands, SumsOfAYearAndTheReportOfTheLaw) {
  lists_.summary.periods = {{.account = "shop",
                             .operation = Operation::kErasure,
                             .from = TimePoint(),
                             .received = 9,
                             .by_outcome = {4, 2, 1, 1},
                             .median_days = 2.25,
                             .mean_days = 3,
                             .p95_days = 8}};
  lists_.summary.open = {{.account = "shop",
                          .operation = Operation::kErasure,
                          .open = 1,
                          .overdue = 1,
                          .due_soon = 0,
                          .oldest = TimePoint()}};
  ASSERT_EQ(Lethe({"summary", "--period", "2026-03", "--by", "day", "--format", "csv"}), kOk)
      << err();
  EXPECT_THAT(out(), HasSubstr("1970-01-01,accounts/shop,erasure,9,4,2,1,1,2.2,3.0,8.0\r\n"));
  ASSERT_EQ(Lethe({"summary", "--period", "2026"}), kOk);
  EXPECT_THAT(out(), HasSubstr("open now"));
  ASSERT_EQ(Lethe({"report", "ccpa", "--year", "2026", "--format", "csv"}), kOk) << err();
  EXPECT_THAT(out(), HasSubstr("accounts/shop,2026,9,4,2,1,1,2.2,3.0\r\n"));
  EXPECT_EQ(Lethe({"summary", "--period", "2026-13"}), kUsage);
  EXPECT_EQ(Lethe({"summary"}), kUsage);
}

TEST_F(ReadingCommands, LookAPersonUpFromTheInputAndShowNoOneTheIdentifier) {
  lists_.subject_items = {{.account = "shop",
                           .request = RequestId{5},
                           .operation = Operation::kErasure,
                           .kind = IdentifierKind::kIdentity,
                           .create_time = TimePoint(),
                           .due_time = {},
                           .item = {.ordinal = 2,
                                    .state = BatchState::kDone,
                                    .reason = "",
                                    .attempt_count = 1,
                                    .not_before = {},
                                    .accepted_at = {},
                                    .window_end = {},
                                    .finished_at = {}}}};
  ASSERT_EQ(Lethe({"lookup", "--reason", "DSR-1"}, "ann@example.org\r\n", true), kOk) << err();
  EXPECT_EQ(lists_.looked_up.at(0).Reveal(), "ann@example.org");
  EXPECT_THAT(out(), HasSubstr("accounts/shop/privacyRequests/5  2        erasure    done"));
  EXPECT_THAT(err(), HasSubstr("Identifier: "));
  EXPECT_THAT(out() + err(), Not(HasSubstr("ann@")));
  EXPECT_EQ(Lethe({"lookup", "--reason", "DSR-1"}, ""), kUsage);
  EXPECT_EQ(Lethe({"lookup", "ann@example.org", "--reason", "DSR-1"}, "x"), kUsage)
      << "it is no argument";
}

TEST(CsvField, IsQuotedWhereItMustBeAndIsNoFormula) {
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(CsvField("=1+1"), "'=1+1");
}

TEST(ParsePeriod, BeginsAndEndsWhereTheTimeZoneSays) {
  const auto seconds = [](const std::string& text, const std::string& zone) {
    const auto period = ParsePeriod(text, zone).value();
    return std::pair(period.start.seconds(), period.end.seconds());
  };
  constexpr std::int64_t kMarch = 1772323200;  // 2026-03-01T00:00:00Z
  constexpr std::int64_t kDay = 86400;
  EXPECT_EQ(seconds("2026-03", "UTC"), std::pair(kMarch, kMarch + 31 * kDay));
  EXPECT_EQ(seconds("2026-03", "Asia/Kolkata").first, kMarch - 19800);
  // An hour less: summer time begins.
  EXPECT_EQ(seconds("2026-03", "Europe/Berlin"),
            std::pair(kMarch - 3600, kMarch + 31 * kDay - 7200));
  EXPECT_EQ(seconds("2026", "UTC").second - seconds("2026", "UTC").first, 365 * kDay);
  for (const char* wrong : {"", "26", "2026-", "2026-00", "2026-3", "2026-03-01", "twenty"}) {
    EXPECT_FALSE(ParsePeriod(wrong, "UTC")) << wrong;
  }
  EXPECT_FALSE(ParsePeriod("2026", "Nowhere"));
}

}  // namespace
}  // namespace lethe::cli
