#include "store/base/sql_errors.h"

#include <pqxx/pqxx>
#include <string>

#include "lethe/reasons.h"

namespace lethe::store {
namespace {

std::string SqlState(const std::exception& error) {
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql ? sql->sqlstate() : "";
}

}  // namespace

bool IsBroken(const std::exception& error) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error)) return true;
  if (dynamic_cast<const pqxx::in_doubt_error*>(&error)) return true;
  const std::string state = SqlState(error);
  // 08: connection; 57P01..57P05: the server ends the session; 25006: it is a standby now.
  return state.starts_with("08") || state.starts_with("57P") || state == "25006";
}

bool IsTransient(const std::exception& error) {
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error)) return true;
  const std::string state = SqlState(error);
  return state == "40P01" || state == "40001";
}

bool IsDataError(const std::exception& error) {
  const std::string state = SqlState(error);
  return state.starts_with("22") || state.starts_with("23") || state.starts_with("54");
}

Error ToError(const std::exception& error) {
  if (dynamic_cast<const ClockDiffers*>(&error)) {
    return Error{ErrorCode::kUnavailable, Text(ErrorReason::kStoreUnavailable),
                 "the clock of this process and that of the database differ by more than a minute: "
                 "try again with the same key"};
  }
  const std::string state = SqlState(error);
  // 53: out of memory, disk or connections; 55P03, 57014: waited too long for a lock or a
  // statement.
  if (IsBroken(error) || IsTransient(error) || state.starts_with("53") || state == "55P03" ||
      state == "57014") {
    return Error{
        ErrorCode::kUnavailable, Text(ErrorReason::kStoreUnavailable),
        "the database is not available" + (state.empty() ? "" : " (SQLSTATE " + state + ")")};
  }
  if (state == "42P01" || state == "42703" || state == "42883") {
    return Error{
        ErrorCode::kFailedPrecondition, Text(ErrorReason::kSchemaOutOfDate),
        "the database lacks tables or columns that this version needs: run `lethed migrate`"};
  }
  return Error{
      ErrorCode::kInternal, Text(ErrorReason::kStoreDefect),
      "the database refused a statement" + (state.empty() ? "" : " (SQLSTATE " + state + ")")};
}

}  // namespace lethe::store
