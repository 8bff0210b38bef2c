#include "store/sqlgen/emit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/sqlgen/parsing.h"

namespace lethe::sqlgen {
namespace {

using testing::HasSubstr;

/// One of everything that a small statement may have.
SqlFile TakeOne() {
  return Parsed(
      "-- Takes one.\n"
      "-- @account text\n"
      "-- @rows.operation operation\n"
      "-- @rows.note bytes?           sealed\n"
      "-- > pos int                   where it is\n"
      "-- > accepted_at time?\n"
      "select pos, lethe_micros(accepted_at) as accepted_at\n"
      "from f(@rows.operation::text[], @rows.note::bytea[]) where account = @account\n");
}

SqlFile Forget() {
  return Parsed("-- Forgets all.\n-- @ids bigint[]\ndelete from t where id = any(@ids)\n", {},
                "room/sql/forget_all.sql");
}

/// From the first line with `begin` to the end of the last with `end`.
std::string Excerpt(const std::string& text, const std::string& begin, const std::string& end) {
  const auto first = text.find(begin);
  const auto last = text.find(end, first);
  if (first == std::string::npos || last == std::string::npos) return text;
  return text.substr(first, last + end.size() - first);
}

TEST(Header, HasAStructOfEachStatement) {
  EXPECT_EQ(Excerpt(EmitHeader({TakeOne()}), "/// Takes one.", "\n};\n"), R"(/// Takes one.
struct TakeOne {
  /// Rows of @rows.
  class Rows {
   public:
    struct Row {
      Operation operation;
      std::optional<std::string_view> note;  ///< sealed
    };

    void Add(const Row& row) {
      ++size_;
      operation_.Add(row.operation);
      note_.AddBytesOrNull(row.note);
    }
    int size() const { return size_; }
    bool empty() const { return size_ == 0; }

   private:
    friend struct TakeOne;
    ArrayLiteral operation_;
    ArrayLiteral note_;
    int size_ = 0;
  };

  std::string_view account;
  Rows rows = {};

  struct Row {
    int pos;  ///< where it is
    std::optional<TimePoint> accepted_at;
  };

  std::vector<Row> Run(pqxx::transaction_base& work) const;
};
)");
}

TEST(Header, HasTheNumberOfChangedRowsWhereNothingIsAnswered) {
  EXPECT_EQ(Excerpt(EmitHeader({Forget()}), "/// Forgets all.", "\n};\n"), R"(/// Forgets all.
struct ForgetAll {
  ArrayLiteral ids = {};

  int Run(pqxx::transaction_base& work) const;
};
)");
}

TEST(Header, IncludesWhatItsTypesNeed) {
  const std::string header = EmitHeader({TakeOne(), Forget()});
  EXPECT_THAT(header, HasSubstr("#include \"lethe/operation.h\"\n"));
  EXPECT_THAT(header, HasSubstr("#include \"lethe/time.h\"\n"));
  EXPECT_THAT(header, HasSubstr("#include <cstdint>\n"));
  EXPECT_THAT(header, Not(HasSubstr("lethe/vendor.h")));
}

TEST(Source, BindsParametersByNumberAndReadsColumnsByName) {
  const std::string source = EmitSource({TakeOne()}, "store/room/sql.h");
  EXPECT_THAT(source, HasSubstr("#include \"store/room/sql.h\"\n"));
  EXPECT_EQ(Excerpt(source, "std::vector<TakeOne::Row> TakeOne::Run", "\n}\n"),
            R"(std::vector<TakeOne::Row> TakeOne::Run(pqxx::transaction_base& work) const {
  const pqxx::result rows = work.exec_prepared("take_one",
      rows.operation_.str(),
      rows.note_.str(),
      ToSql(account));
  const auto pos_column = rows.column_number("pos");
  const auto accepted_at_column = rows.column_number("accepted_at");
  std::vector<Row> read;
  read.reserve(rows.size());
  for (const auto& row : rows) {
    read.push_back({.pos = FromSql<int>(row[pos_column]),
                    .accepted_at = FromSql<std::optional<TimePoint>>(row[accepted_at_column])});
  }
  return read;
}
)");
}

TEST(Source, CountsTheRowsWhereNothingIsAnswered) {
  EXPECT_EQ(Excerpt(EmitSource({Forget()}, "store/room/sql.h"), "int ForgetAll", "\n}\n"),
            R"(int ForgetAll::Run(pqxx::transaction_base& work) const {
  const pqxx::result rows = work.exec_prepared("forget_all",
      ids.str());
  return static_cast<int>(rows.affected_rows());
}
)");
}

TEST(Registry, HasTheTextOfEachStatementItsParametersAndColumns) {
  const std::string registry = EmitRegistry({TakeOne(), Forget()});
  EXPECT_EQ(Excerpt(registry, "constexpr std::string_view kParametersOfTakeOne", "\n};\n\n}"),
            R"(constexpr std::string_view kParametersOfTakeOne[] = {
    "rows.operation",
    "rows.note",
    "account",
};
constexpr StatementColumn kColumnsOfTakeOne[] = {
    {"pos", "int2 int4"},
    {"accepted_at", "int8"},
};
constexpr std::string_view kParametersOfForgetAll[] = {
    "ids",
};

constexpr std::array kStatements{
    Statement{"take_one", R"sql(/* take_one */
select pos, lethe_micros(accepted_at) as accepted_at
from f($1::text[], $2::bytea[]) where account = $3)sql", kParametersOfTakeOne, kColumnsOfTakeOne},
    Statement{"forget_all", R"sql(/* forget_all */
delete from t where id = any($1))sql", kParametersOfForgetAll, {}},
};

})");
}

}  // namespace
}  // namespace lethe::sqlgen
