// The version before runs on this version's schema while replicas are replaced one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "integration/store/world.h"
#include "store/schema/migrations.h"

namespace lethe::store {
namespace {

using testing::IsEmpty;

/// tests/compatibility/statements_before.sql.
struct VersionBefore {
  std::size_t schema = 0;
  std::map<std::string, std::string> statements;  ///< By name.
};

VersionBefore ReadVersionBefore() {
  std::ifstream file(LETHE_SOURCE_DIR "/tests/compatibility/statements_before.sql");
  VersionBefore before;
  std::string line;
  std::getline(file, line);
  std::smatch found;
  if (std::regex_search(line, found, std::regex("(\\d+)\\.$")))
    before.schema = std::stoul(found[1]);
  std::string sql;
  while (std::getline(file, line)) {
    if (line != ";") {
      sql += line + '\n';
      continue;
    }
    if (std::regex_search(sql, found, std::regex("^/\\* (\\w+) \\*/"))) {
      before.statements[found[1]] = sql;
    }
    sql.clear();
  }
  return before;
}

TEST(VersionBefore, PreparesAndPlansItsStatementsOnThisSchema) {
  const VersionBefore before = ReadVersionBefore();
  ASSERT_GT(before.statements.size(), 100U);
  const TestDatabase database;
  const auto connection = Connect(database.source());
  for (const auto& [name, sql] : before.statements) {
    try {
      pqxx::nontransaction work(*connection);
      work.exec("prepare old_" + name + " as " + sql);
      const int count =
          work.exec(
                  "select cardinality(parameter_types) from pg_prepared_statements where name = "
                  "'old_" +
                  name + "'")[0][0]
              .as<int>();
      std::string arguments;
      for (int i = 0; i < count; ++i) arguments += i == 0 ? "(null" : ", null";
      work.exec("explain execute old_" + name + arguments + (count > 0 ? ")" : ""));
    } catch (const pqxx::sql_error& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
  }
}

struct Column {
  std::string type;
  bool needs_a_value = false;  ///< An INSERT that does not name it fails.

  friend bool operator==(const Column&, const Column&) = default;
};
using Columns = std::map<std::string, Column>;  ///< By `table.column`.

Columns ColumnsAfter(std::size_t migrations) {
  const TestDatabase database{test::Schema::kEmpty};
  const auto& all = EmbeddedMigrations();
  pqxx::connection connection(database.url());
  const auto report =
      Migrate(connection, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(migrations)});
  if (!report.ok()) throw std::runtime_error(report.error().message);
  Columns columns;
  for (const auto& row :
       database.Run("select table_name || '.' || column_name, data_type, is_nullable = 'NO' and "
                    "column_default is null and is_identity = 'NO' from information_schema.columns "
                    "where table_schema = current_schema()")) {
    columns[row[0].c_str()] = {row[1].c_str(), row[2].as<bool>()};
  }
  return columns;
}

std::string TableOf(const std::string& column) { return column.substr(0, column.find('.')); }

TEST(VersionBefore, FindsItsColumnsAndNeedNotFillNewOnes) {
  const Columns before = ColumnsAfter(ReadVersionBefore().schema);
  const Columns now = ColumnsAfter(EmbeddedMigrations().size());
  std::map<std::string, bool> tables;
  std::vector<std::string> wrong;
  for (const auto& [name, column] : before) {
    tables[TableOf(name)] = true;
    const auto found = now.find(name);
    if (found == now.end()) {
      wrong.push_back(name + " is gone");
    } else if (found->second.type != column.type) {
      wrong.push_back(name + " has another type");
    } else if (found->second.needs_a_value && !column.needs_a_value) {
      wrong.push_back(name + " needs a value now");
    }
  }
  for (const auto& [name, column] : now) {
    if (!before.contains(name) && tables.contains(TableOf(name)) && column.needs_a_value) {
      wrong.push_back(name + " is new and needs a value");
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

}  // namespace
}  // namespace lethe::store
