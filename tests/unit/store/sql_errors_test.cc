#include "store/base/sql_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <stdexcept>
#include <string>

namespace lethe::store {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What PostgreSQL answers with this SQLSTATE; its text quotes a value.
pqxx::sql_error Answer(const char* sql_state) {
  return pqxx::sql_error("Key (identity)=(ann) exists", "insert ..", sql_state);
}

TEST(SqlErrors, AreOfASessionThatIsGone) {
  EXPECT_TRUE(IsBroken(pqxx::broken_connection()));
  EXPECT_TRUE(IsBroken(pqxx::in_doubt_error("commit")));
  for (const char* state : {"08006", "57P01", "57P03", "25006"}) {
    EXPECT_TRUE(IsBroken(Answer(state))) << state;
  }
  for (const char* state : {"57014", "40P01", "23505", "25P02"}) {
    EXPECT_FALSE(IsBroken(Answer(state))) << state;
  }
  EXPECT_FALSE(IsBroken(std::runtime_error("08006")));
}

TEST(SqlErrors, AreOfATransactionThatMaySucceedNextTime) {
  EXPECT_TRUE(IsTransient(pqxx::deadlock_detected("deadlock")));
  EXPECT_TRUE(IsTransient(pqxx::serialization_failure("serialization")));
  EXPECT_TRUE(IsTransient(Answer("40P01")));
  EXPECT_TRUE(IsTransient(Answer("40001")));
  for (const char* state : {"08006", "57014", "23505"}) {
    EXPECT_FALSE(IsTransient(Answer(state))) << state;
  }
}

TEST(SqlErrors, AreOfDataThatIsWrong) {
  for (const char* state : {"22001", "23505", "54000"}) {
    EXPECT_TRUE(IsDataError(Answer(state))) << state;
  }
  for (const char* state : {"08006", "40P01", "53200"}) {
    EXPECT_FALSE(IsDataError(Answer(state))) << state;
  }
}

TEST(SqlErrors, TellTheCallerWhetherTheDatabaseIsAway) {
  for (const char* state : {"08006", "57P01", "40P01", "53300", "55P03", "57014"}) {
    const Error error = ToError(Answer(state));
    EXPECT_EQ(error.code, ErrorCode::kUnavailable) << state;
    EXPECT_EQ(error.reason, "STORE_UNAVAILABLE") << state;
    EXPECT_THAT(error.message, HasSubstr(state));
  }
}

TEST(SqlErrors, TellTheOperatorThatMigrationsAreMissing) {
  for (const char* state : {"42P01", "42703", "42883"}) {
    const Error error = ToError(Answer(state));
    EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition) << state;
    EXPECT_EQ(error.reason, "SCHEMA_OUT_OF_DATE") << state;
  }
}

TEST(SqlErrors, ThatNothingExplainsAreDefects) {
  for (const char* state : {"42601", "23505", ""}) {
    const Error error = ToError(Answer(state));
    EXPECT_EQ(error.code, ErrorCode::kInternal) << state;
    EXPECT_EQ(error.reason, "STORE_DEFECT") << state;
  }
  EXPECT_EQ(ToError(std::logic_error("a defect")).code, ErrorCode::kInternal);
}

TEST(SqlErrors, NeverHoldPostgreSqlsText) {
  for (const char* state : {"08006", "42P01", "23505"}) {
    EXPECT_THAT(ToError(Answer(state)).message, Not(HasSubstr("ann"))) << state;
  }
}

}  // namespace
}  // namespace lethe::store
