#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "integration/store/statement_cases.h"
#include "integration/store/world.h"
#include "support/history.h"

namespace lethe::store {
namespace {

/// The plan for any arguments in a session as Connect() opens it: a line for each node.
std::vector<std::string> PlanOf(const TestDatabase& database, const Statement& statement) {
  const auto connection = Connect(database.source());
  connection->prepare_now(statement.name);
  pqxx::nontransaction work(*connection);
  const int count = work.exec1(std::string("select cardinality(parameter_types) "
                                           "from pg_prepared_statements where name = '") +
                               statement.name + "'")[0]
                        .as<int>();
  std::string arguments;
  for (int i = 0; i < count; ++i) arguments += i == 0 ? "(null" : ", null";
  if (count > 0) arguments += ")";
  std::vector<std::string> plan;
  for (const auto& row : work.exec("explain execute " + std::string(statement.name) + arguments)) {
    plan.emplace_back(row[0].c_str());
  }
  return plan;
}

/// The plans of all statements in a database with months of history.
class AllPlans : public testing::TestWithParam<Statement> {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase;
    const auto keys = crypto::KeyRing::Parse(crypto::KeyRing::GenerateFile()).value();
    const test::History history(
        *database_, keys,
        {.finished = 400'000, .waiting = 10'000, .months = 3, .now = FakeClock::kStart});
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }

  /// Runs once when a process starts, and when the database's clock went back: it reads all that
  /// waits, because any of it may wait too long.
  static bool IsRareAndWhole(std::string_view statement) {
    return statement == "bound_batches" || statement == "bound_looks";
  }

  /// Takes rows from the start of a table that lives of being emptied, whichever they are.
  static bool IsDrain(std::string_view statement) { return statement == "take_finished"; }

  /// Is about all that is under way, all of a period, or all of a person: that must be sorted.
  static bool SortsAllThatItIsAbout(std::string_view statement) {
    return statement == "open_by_newest" || statement == "open_by_due" || statement == "sum_open" ||
           statement == "sum_received" || statement == "sum_outcomes" ||
           statement == "subject_items" || statement == "exception_batches" ||
           statement == "find_subject_items";
  }

  /// Whether a table or an index has more rows than one request or one page.
  static bool IsLong(const std::string& table) {
    return Number(*database_, "select (reltuples > 2000)::int from pg_class where relname = '" +
                                  table + "'") != 0;
  }

  static inline TestDatabase* database_ = nullptr;
};

TEST_P(AllPlans, ReadNoLongTableWhole) {
  const std::regex table_scan("Seq Scan on (\\w+)");
  const std::regex index_scan("Index (?:Only )?Scan (?:Backward )?using (\\w+)");
  const std::vector<std::string> plan = PlanOf(*database_, GetParam());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    std::smatch match;
    if (std::regex_search(plan[i], match, table_scan)) {
      EXPECT_FALSE(IsLong(match[1]) && !IsDrain(GetParam().name)) << plan[i];
    } else if (std::regex_search(plan[i], match, index_scan)) {
      const bool from_somewhere =
          i + 1 < plan.size() && plan[i + 1].find("Index Cond") != std::string::npos;
      EXPECT_TRUE(from_somewhere || !IsLong(match[1]) || IsRareAndWhole(GetParam().name))
          << plan[i];
    }
  }
}

TEST_P(AllPlans, SortNoMoreThan100Rows) {
  const std::regex sort("Sort  \\(.* rows=(\\d+)");
  for (const std::string& line : PlanOf(*database_, GetParam())) {
    std::smatch match;
    const bool sorts = std::regex_search(line, match, sort);
    EXPECT_FALSE(sorts && std::stoi(match[1]) > 100 && !SortsAllThatItIsAbout(GetParam().name))
        << line;
  }
}

/// The plans of all statements in a new database. A session keeps them until PostgreSQL counts the
/// rows again; until then the tables grow.
class FirstPlans : public testing::TestWithParam<Statement> {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase;
    MakePartitions(*database_);
    database_->Run("analyze");
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }

  static inline TestDatabase* database_ = nullptr;
};

TEST_P(FirstPlans, ReadNoTableWholeThatWillGrow) {
  const std::regex scan(
      "Seq Scan on "
      "(batch|attempt|request|idempotency_key|read_back|unlinking_item|item_digest|audit_event|"
      "lost_attempt|lost_digest|lost_history|"
      "subject_hold|subject_digest|due_time_extension)");
  for (const std::string& line : PlanOf(*database_, GetParam())) {
    EXPECT_FALSE(std::regex_search(line, scan)) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(OfEveryStatement, AllPlans, testing::ValuesIn(AllStatements()), CaseName);
INSTANTIATE_TEST_SUITE_P(OfEveryStatement, FirstPlans, testing::ValuesIn(AllStatements()),
                         CaseName);

}  // namespace
}  // namespace lethe::store
