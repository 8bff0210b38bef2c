#include "store/session/sql_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/session/session.h"

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

TEST(SqlErrors, NameTheKindOfTheCause) {
  const std::vector<std::pair<const char*, const char*>> causes{
      {"53100", "disk full, SQLSTATE 53100"},
      {"53300", "too many connections, SQLSTATE 53300"},
      {"25006", "read-only, SQLSTATE 25006"},
      {"55P03", "a lock is held for too long, SQLSTATE 55P03"},
      {"42501", "a right is missing, SQLSTATE 42501"},
  };
  for (const auto& [state, cause] : causes) {
    EXPECT_THAT(ToError(Answer(state)).message, HasSubstr(cause));
  }
  EXPECT_THAT(ToError(NoAnswer()).message, HasSubstr("(time-out)"));
  EXPECT_THAT(ToError(CannotConnect("DNS")).message, HasSubstr("(DNS)"));
}

TEST(SqlErrors, NameTheKindOfWhatKeepsFromConnecting) {
  const std::string server = "connection to server at \"db\" (10.0.0.1), port 5432 failed: ";
  const std::vector<std::pair<std::string, const char*>> causes{
      {"FATAL:  password authentication failed for user \"ann\"", "wrong password"},
      {"fe_sendauth: no password supplied", "no password"},
      {"FATAL:  database \"ann\" does not exist", "no such database"},
      {"FATAL:  role \"ann\" does not exist", "no such role"},
      {"FATAL:  no pg_hba.conf entry for host \"10.0.0.2\", user \"ann\", SSL off",
       "not admitted by pg_hba.conf"},
      {"FATAL:  sorry, too many clients already", "too many connections"},
      {"FATAL:  remaining connection slots are reserved for non-replication superuser connections",
       "too many connections"},
      {"FATAL:  the database system is starting up", "not accepting connections"},
      {"could not translate host name \"ann\" to address: Name or service not known", "DNS"},
      {"SSL error: certificate verify failed", "TLS"},
      {"timeout expired", "time-out"},
      {"Connection timed out", "time-out"},
      {"Connection refused", "connection refused"},
      {"No route to host", "no route to the host"},
      {"server closed the connection unexpectedly", "connection lost"},
      {"Lost connection to the database server.", "connection lost"},
      {"session is read-only", "read-only"},
      {"FATAL:  Passwort-Authentifizierung fehlgeschlagen: ann", "of unknown cause"},
  };
  for (const auto& [text, cause] : causes) {
    const Error error = ToError(pqxx::broken_connection(server + text));
    EXPECT_THAT(error.message, HasSubstr("(" + std::string(cause) + ")")) << text;
    EXPECT_THAT(error.message, Not(HasSubstr("ann"))) << text;
  }
}

TEST(SqlErrors, SayWhenToComeBackIfTheDatabaseIsAway) {
  EXPECT_EQ(ToError(Answer("57P01")).retry_after, kRetryAfter);
  EXPECT_EQ(ToError(PoolBusy()).retry_after, kRetryAfter);
  EXPECT_EQ(ToError(NotReplicated()).retry_after, kRetryAfter);
  EXPECT_EQ(ToError(Answer("42601")).retry_after, std::nullopt);
}

TEST(SqlErrors, NeverHoldPostgreSqlsText) {
  for (const char* state : {"08006", "42P01", "23505"}) {
    EXPECT_THAT(ToError(Answer(state)).message, Not(HasSubstr("ann"))) << state;
  }
}

}  // namespace
}  // namespace lethe::store
