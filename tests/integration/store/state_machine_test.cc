#include <gtest/gtest.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <regex>
#include <set>
#include <string>

#include "integration/store/world.h"
#include "store/base/statement.h"
#include "support/markdown.h"

namespace lethe::store {
namespace {

using Words = std::set<std::string>;

Words FinalStates() {
  Words states;
  for (const BatchState from : kAll<BatchState>) {
    const bool leaves = std::ranges::any_of(kAll<BatchState>,
                                            [&](const BatchState to) { return CanMove(from, to); });
    if (!leaves) states.insert(Text(from));
  }
  return states;
}

Words QuotedIn(const std::string& sql) {
  static const std::regex quoted("'([a-z_]+)'");
  Words words;
  for (std::sregex_iterator match(sql.begin(), sql.end(), quoted), end; match != end; ++match) {
    words.insert((*match)[1]);
  }
  return words;
}

/// The states of service/docs/state_machine.md, of CanMove() and of SQL are the same.
class StateMachineInSql : public testing::Test {
 protected:
  std::string Check(const std::string& name) const {
    return database_
        .Run("select pg_get_constraintdef(oid) from pg_constraint where conname = '" + name +
             "'")[0][0]
        .c_str();
  }

  void Add(BatchState state) const {
    database_.Run(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at) values "
        "(1, 0, 9, 'acme', 'erasure', 'identity', '" +
        Text(state) + "', now())");
  }

  /// Whether the database refuses the statement in one of Lethe's sessions because it takes no
  /// edge.
  bool Refuses(const std::string& sql) const {
    const auto session = Connect(database_.source());
    try {
      pqxx::nontransaction(*session).exec(sql);
      return false;
    } catch (const pqxx::sql_error& error) {
      const bool no_edge = std::string(error.what()).find("is no edge") != std::string::npos;
      EXPECT_TRUE(no_edge) << error.what();
      return no_edge;
    }
  }

  TestDatabase database_;
};

TEST_F(StateMachineInSql, TheSchemaFinishesExactlyTheFinalStates) {
  EXPECT_EQ(QuotedIn(Check("batch_finished_check")), FinalStates());
  EXPECT_EQ(QuotedIn(Check("finished_tally_state_check")), FinalStates());
}

TEST_F(StateMachineInSql, StatementsTakeTheFinalStatesForFinished) {
  const std::regex list(R"(state not in \(([^)]*'done'[^)]*)\))");
  int lists = 0;
  for (const Statement& statement : AllStatements()) {
    const std::string sql = statement.sql;
    for (std::sregex_iterator match(sql.begin(), sql.end(), list), end; match != end; ++match) {
      EXPECT_EQ(QuotedIn((*match)[1]), FinalStates()) << statement.name;
      ++lists;
    }
  }
  EXPECT_GT(lists, 0);
}

TEST_F(StateMachineInSql, ThePageNamesStatementsThatThereAre) {
  Words statements;
  for (const Statement& statement : AllStatements()) statements.insert(statement.name);
  for (const auto& row :
       test::TableBelow(LETHE_SOURCE_DIR "/service/docs/state_machine.md", "Edges")) {
    const auto named = test::CodesIn(row.at(4));
    EXPECT_FALSE(named.empty()) << row[0] << " to " << row[1];
    for (const std::string& name : named) EXPECT_TRUE(statements.contains(name)) << name;
  }
}

// The other tests of the store rely on this: the database refuses what is no edge.
TEST_F(StateMachineInSql, ATestDatabaseRefusesMovesThatAreNoEdges) {
  Add(BatchState::kOpen);
  EXPECT_TRUE(Refuses("update batch set state = 'rejected', reason = 'x', finished_at = now()"));
  EXPECT_FALSE(Refuses("update batch set state = 'sending'"));
  EXPECT_TRUE(Refuses("update batch set state = 'open'"));
  EXPECT_FALSE(Refuses("update batch set hi = 5"));
}

TEST_F(StateMachineInSql, ATestDatabaseRefusesSplitsThatAreNoEdges) {
  const auto split_off = [](const std::string& state) {
    return "with first as (update batch set hi = 4 where envelope = 1 and lo = 0) insert into "
           "batch "
           "(envelope, lo, hi, account, operation, kind, state, reason, opened_at, review_since) "
           "select envelope, 5, 9, account, operation, kind, '" +
           state + "', 'x', now(), now() from batch where envelope = 1 and lo = 0";
  };
  Add(BatchState::kReady);
  EXPECT_TRUE(Refuses(split_off("rejected")));
  EXPECT_FALSE(Refuses(split_off("needs_review")));
}

TEST_F(StateMachineInSql, ATestDatabaseRefusesEnvelopesThatDoNotBeginWaiting) {
  const auto begin_as = [](const std::string& state) {
    return "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at) "
           "values "
           "(7, 0, 9, 'acme', 'erasure', 'identity', '" +
           state + "', now())";
  };
  EXPECT_TRUE(Refuses(begin_as("sending")));
  EXPECT_FALSE(Refuses(begin_as("open")));
}

}  // namespace
}  // namespace lethe::store
