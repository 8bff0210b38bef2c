#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "integration/store/world.h"
#include "lethe/audit.h"
#include "lethe/operation_traits.h"
#include "lethe/pause.h"
#include "lethe/read_back.h"
#include "lethe/reasons.h"
#include "lethe/request_outcome.h"
#include "store/base/statement.h"

namespace lethe::store {
namespace {

using testing::Contains;
using testing::Key;
using Words = std::set<std::string>;

template <Word T>
Words WordsOf() {
  Words words;
  for (const T word : kAll<T>) words.insert(Text(word));
  return words;
}

/// The operations with the trait.
Words OperationsThat(bool (*has)(const OperationTraits&)) {
  Words words;
  for (const OperationTraits& traits : kOperationTraits) {
    if (has(traits)) words.insert(Text(traits.operation));
  }
  return words;
}

/// The words in quotes.
Words QuotedIn(const std::string& sql) {
  static const std::regex quoted("'([a-z_]+)'");
  Words words;
  for (std::sregex_iterator match(sql.begin(), sql.end(), quoted), end; match != end; ++match) {
    words.insert((*match)[1]);
  }
  return words;
}

Words OperationsIn(const std::string& sql) {
  const Words quoted = QuotedIn(sql);
  const Words operations = WordsOf<Operation>();
  Words both;
  std::ranges::set_intersection(quoted, operations, std::inserter(both, both.end()));
  return both;
}

/// What SQL says about operations, kinds and other words of the code, against the code: SQL cannot
/// read operation_traits.h.
class SqlOfOperations : public testing::Test {
 protected:
  /// The words that a CHECK allows, by `table.column`.
  std::map<std::string, Words> AllowedWords() const {
    std::map<std::string, Words> allowed;
    const std::regex list(R"(^CHECK \(\(\(?(\w+) = ANY \(ARRAY\[('.*)\]\)\)\)\)?(?: NOT VALID)?$)");
    for (const auto& row :
         database_.Run("select conrelid::regclass::text, pg_get_constraintdef(oid) "
                       "from pg_constraint where contype = 'c' and conparentid = 0")) {
      const std::string definition = row[1].c_str();
      std::smatch match;
      if (!std::regex_match(definition, match, list)) continue;
      allowed[std::string(row[0].c_str()) + "." + match[1].str()] = QuotedIn(match[2]);
    }
    return allowed;
  }

  TestDatabase database_;
};

TEST_F(SqlOfOperations, TheSchemaSendsEachOperationToItsApi) {
  for (const Operation operation : kAll<Operation>) {
    EXPECT_EQ(Name(ApiOf(operation)),
              database_.Run("select lethe_api('" + Text(operation) + "')")[0][0].c_str());
  }
}

TEST_F(SqlOfOperations, TheSchemaAllowsExactlyTheWordsOfTheCode) {
  const std::map<std::string, Words> of_column{
      {"operation", WordsOf<Operation>()}, {"kind", WordsOf<IdentifierKind>()},
      {"state", WordsOf<BatchState>()},    {"api", WordsOf<Api>()},
      {"action", WordsOf<AuditAction>()},  {"result", WordsOf<ReadBack>()},
      {"resume_by", WordsOf<Resume>()},    {"outcome", WordsOf<RequestOutcome>()},
  };
  const auto allowed = AllowedWords();
  for (const auto& [column, words] : allowed) {
    if (column == "finished_tally.state") continue;  // StateMachineInSql
    if (column == "key_generation.kind") continue;   // kinds of keys, not of identifiers
    if (column == "pause.kind") {
      EXPECT_EQ(words, WordsOf<PauseKind>());
      continue;
    }
    if (column == "route_block.resume_by") {  // a look at the credentials says nothing of a route
      EXPECT_EQ(words, (Words{"batch", "operator"}));
      continue;
    }
    const auto expected = of_column.find(column.substr(column.find('.') + 1));
    ASSERT_NE(expected, of_column.end()) << column << " has words that no test compares";
    EXPECT_EQ(words, expected->second) << column;
  }
  for (const char* column : {"batch.operation", "batch.kind", "batch.state", "request.operation",
                             "request.kind", "slot.api", "account_state.resume_by"}) {
    EXPECT_THAT(allowed, Contains(Key(column)));
  }
}

TEST_F(SqlOfOperations, StatementsListAllOperationsOrAllApis) {
  const std::regex array(R"(array\[('[^\]]*)\])");
  int lists = 0;
  for (const Statement& statement : AllStatements()) {
    const std::string sql = statement.sql;
    for (std::sregex_iterator match(sql.begin(), sql.end(), array), end; match != end; ++match) {
      const Words words = QuotedIn((*match)[1]);
      EXPECT_TRUE(words == WordsOf<Operation>() || words == WordsOf<Api>())
          << statement.name << ": " << match->str();
      ++lists;
    }
  }
  EXPECT_GT(lists, 0);
}

TEST_F(SqlOfOperations, StatementsThatNameSomeOperationsNameThoseOfATrait) {
  const Words captured =
      OperationsThat([](const OperationTraits& traits) { return HasCapture(traits.operation); });
  const Words unlinked = OperationsThat(
      [](const OperationTraits& traits) { return traits.can_be_unlinked != KindSet{}; });
  const std::map<std::string, Words> by_statement{
      {"take_capture", captured}, {"due_looks", captured}, {"split_by_precedence", unlinked}};
  for (const Statement& statement : AllStatements()) {
    const Words named = OperationsIn(statement.sql);
    if (named.empty() || named == WordsOf<Operation>()) continue;
    if (statement.name == std::string_view("make_slots")) continue;  // an API is a `demerge`, too
    const auto expected = by_statement.find(statement.name);
    ASSERT_NE(expected, by_statement.end())
        << statement.name << " names operations: say here for which trait";
    EXPECT_EQ(named, expected->second) << statement.name;
  }
  for (const auto& row : database_.Run("select indexname, indexdef from pg_indexes")) {
    const Words named = OperationsIn(row[1].c_str());
    EXPECT_TRUE(named.empty() || named == captured) << row[0].c_str();
  }
}

TEST_F(SqlOfOperations, StatementsHaveNoWordThatTheCodeLacks) {
  Words known{"infinity",
              "month",
              "day",
              "whole",  // of times
              "application_name",
              "synchronous_standby_names",
              "transaction_read_only",  // settings
              "insert",
              "select",
              "execute",  // a right
              "lethe"};   // a prefix in PostgreSQL's log
  known.merge(WordsOf<Operation>());
  known.merge(WordsOf<IdentifierKind>());
  known.merge(WordsOf<BatchState>());
  known.merge(WordsOf<Api>());
  known.merge(WordsOf<Reason>());
  known.merge(WordsOf<ReadBack>());
  known.merge(WordsOf<Resume>());
  known.merge(WordsOf<OutcomeClass>());
  known.merge(WordsOf<AccountState>());
  known.merge(WordsOf<AuditAction>());
  known.merge(WordsOf<RequestOutcome>());
  for (const Statement& statement : AllStatements()) {
    for (const std::string& word : QuotedIn(statement.sql)) {
      EXPECT_TRUE(known.contains(word)) << statement.name << ": " << word;
    }
  }
}

}  // namespace
}  // namespace lethe::store
