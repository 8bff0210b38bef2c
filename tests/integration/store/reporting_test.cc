// The views for dashboards: what their page says of them is what they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "integration/store/world.h"
#include "store/outcomes/outcome_writer.h"
#include "store/schema/reports.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kRole[] = "lethe_report_test";

class Reporting : public testing::Test {
 protected:
  Reporting() {
    pqxx::connection admin(database_.superuser_url());
    pqxx::nontransaction(admin).exec(
        "do $$ begin if not exists (select from pg_roles where rolname = 'lethe_report_test') then "
        "create role lethe_report_test login; end if; end $$");
    pqxx::connection owner(database_.owner_url());
    GrantReports(owner, kRole);
  }

  pqxx::result Read(const std::string& sql) {
    std::string url = database_.url();
    const std::string serves = "user=lethe";
    url.replace(url.find(serves), serves.size(), std::string("user=") + kRole);
    pqxx::connection connection(url);
    return pqxx::nontransaction(connection).exec(sql);
  }

  static std::string Page() {
    std::ifstream file(LETHE_SOURCE_DIR "/service/docs/reporting.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  /// The columns and their types, by view.
  using Views = std::map<std::string, std::vector<std::string>>;
  static Views OnThePage() {
    Views views;
    std::istringstream page(Page());
    std::string view;
    const std::regex heading("## lethe_report\\.(\\w+)");
    const std::regex column("\\| `(\\w+)` \\| ([a-z ]+) \\|.*");
    for (std::string line; std::getline(page, line);) {
      std::smatch match;
      if (std::regex_match(line, match, heading)) view = match[1];
      if (!view.empty() && std::regex_match(line, match, column)) {
        views[view].push_back(match[1].str() + ' ' + match[2].str());
      }
    }
    return views;
  }
  Views InTheDatabase() {
    Views views;
    for (const auto& row :
         database_.Run("select c.relname, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) "
                       "from pg_class c join pg_attribute a on a.attrelid = c.oid "
                       "where c.relnamespace = 'lethe_report'::regnamespace and a.attnum > 0 "
                       "order by c.relname, a.attnum")) {
      std::string text = row[1].c_str();
      const std::string whole = "timestamp with time zone";
      if (const auto at = text.find(whole); at != text.npos) {
        text.replace(at, whole.size(), "timestamptz");
      }
      views[row[0].c_str()].push_back(text);
    }
    return views;
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
};

TEST_F(Reporting, ThePageHasEveryColumnOfEveryView) { EXPECT_EQ(OnThePage(), InTheDatabase()); }

TEST_F(Reporting, EveryQueryOfThePageRunsAsTheRoleThatReads) {
  const std::string page = Page();
  const std::regex block("```sql\n([^`]*)```");
  int queries = 0;
  for (std::sregex_iterator query(page.begin(), page.end(), block), end; query != end; ++query) {
    EXPECT_NO_THROW(Read((*query)[1].str())) << query->str();
    ++queries;
  }
  EXPECT_GE(queries, 8);
}

TEST_F(Reporting, TheRoleThatReadsHasNothingElse) {
  for (const std::string sql :
       {"select from request", "select from request_item", "select from request_outcome",
        "select from idempotency_key", "create table other (id int)",
        "delete from lethe_report.decisions_v1",
        "update lethe_report.decisions_v1 set account = ''"}) {
    EXPECT_THROW(Read(sql), pqxx::insufficient_privilege) << sql;
  }
}

TEST_F(Reporting, ShowsWhatThereIs) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("a", People(3))).ok());
  ASSERT_TRUE(Submit(store_.requests(), Erasure("b", People(2, "other-"))).ok());
  database_.Run(
      "insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at) "
      "select envelope, 3, hi, account, operation, kind, 'held', 'on_hold', opened_at from batch; "
      "update batch set hi = 2, state = 'done', finished_at = lethe_now(), "
      "accepted_at = lethe_now(), window_end = lethe_now() where lo = 0");
  const auto connection = Connect(database_.source());
  WriteOutcomes(*connection);
  const auto text = [&](const std::string& sql) {
    std::vector<std::string> rows;
    for (const auto& row : Read(sql)) rows.emplace_back(row[0].c_str());
    return rows;
  };
  EXPECT_THAT(
      text("select coalesce(outcome, 'open') from lethe_report.requests_v1 order by request_id"),
      ElementsAre("complete", "open"));
  EXPECT_THAT(
      text("select state || count(*) from lethe_report.items_v1 group by state order by state"),
      ElementsAre("done3", "held2"));
  EXPECT_THAT(
      text("select received || ' ' || complete || ' ' || items_done from lethe_report.daily_v1"),
      ElementsAre("2 1 3"));
  EXPECT_THAT(text("select ordinal from lethe_report.exceptions_v1 order by ordinal"),
              ElementsAre("0", "1"));
  EXPECT_THAT(text("select * from lethe_report.decisions_v1"), IsEmpty());
}

}  // namespace
}  // namespace lethe::store
