#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "integration/store/statement_cases.h"
#include "integration/store/world.h"

namespace lethe::store {
namespace {

using testing::UnorderedElementsAreArray;

/// A column as PostgreSQL describes it.
struct DescribedColumn {
  std::string name;
  std::string type;
};

/// Asks PostgreSQL what prepared statements answer. libpqxx 6 cannot; libpq can.
class Describer {
 public:
  explicit Describer(const TestDatabase& database)
      : connection_(PQconnectdb(database.url().c_str()), &PQfinish) {
    for (const auto& row : database.Run("select oid, typname from pg_type")) {
      type_names_[row[0].as<Oid>()] = row[1].c_str();
    }
  }

  std::vector<DescribedColumn> Describe(const char* sql) const {
    const Answer prepared(PQprepare(connection_.get(), "", sql, 0, nullptr), &PQclear);
    const Answer described(PQdescribePrepared(connection_.get(), ""), &PQclear);
    EXPECT_EQ(PQresultStatus(described.get()), PGRES_COMMAND_OK)
        << PQresultErrorMessage(prepared.get());
    std::vector<DescribedColumn> columns;
    for (int i = 0; i < PQnfields(described.get()); ++i) {
      columns.push_back({PQfname(described.get(), i), type_names_.at(PQftype(described.get(), i))});
    }
    return columns;
  }

 private:
  using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  std::map<Oid, std::string> type_names_;
};

/// Of one statement of the registry.
class DeclaredColumns : public testing::TestWithParam<Statement> {
 protected:
  static void SetUpTestSuite() {
    database_ = new TestDatabase;
    describer_ = new Describer(*database_);
  }
  static void TearDownTestSuite() {
    delete describer_;
    delete database_;
  }

  static inline TestDatabase* database_ = nullptr;
  static inline Describer* describer_ = nullptr;
};

TEST_P(DeclaredColumns, AreThoseThatPostgreSqlAnswers) {
  std::vector<std::string_view> declared;
  std::map<std::string_view, std::string_view> declared_types;
  for (const auto& [name, types] : GetParam().columns) {
    declared.push_back(name);
    declared_types[name] = types;
  }
  std::vector<std::string> answered;
  for (const auto& [name, type] : describer_->Describe(GetParam().sql)) {
    answered.push_back(name);
    EXPECT_NE((' ' + std::string(declared_types[name]) + ' ').find(' ' + type + ' '),
              std::string::npos)
        << name << " is of the type " << type
        << ", but is declared as one of: " << declared_types[name];
  }
  EXPECT_THAT(answered, UnorderedElementsAreArray(declared));
}

/// A statement without declared columns may answer some: then only the number of rows is read.
std::vector<Statement> StatementsWithColumns() {
  std::vector<Statement> statements;
  for (const Statement& statement : AllStatements()) {
    if (!statement.columns.empty()) statements.push_back(statement);
  }
  return statements;
}

INSTANTIATE_TEST_SUITE_P(OfEveryStatement, DeclaredColumns,
                         testing::ValuesIn(StatementsWithColumns()), CaseName);

}  // namespace
}  // namespace lethe::store
