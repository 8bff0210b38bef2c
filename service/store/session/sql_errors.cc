#include "store/session/sql_errors.h"

#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <utility>

#include "lethe/reasons.h"
#include "store/session/session.h"

namespace lethe::store {
namespace {

/// A text or an SQLSTATE, and what it means.
struct Meaning {
  std::string_view sign;
  std::string_view cause;
};

/// What libpq says when it cannot connect; it has no codes. The first that fits counts: those that
/// the server sends come before those of the network, because a message tells of several addresses.
/// A server that does not speak English is not understood.
constexpr Meaning kConnecting[] = {
    {"no pg_hba.conf entry", "not admitted by pg_hba.conf"},
    {"pg_hba.conf rejects", "not admitted by pg_hba.conf"},
    {"authentication failed", "wrong password"},
    {"no password supplied", "no password"},
    {"too many clients", "too many connections"},
    {"remaining connection slots", "too many connections"},
    {"too many connections", "too many connections"},
    {"permission denied for database", "no right to connect"},
    {"not permitted to log in", "no right to connect"},
    {"not currently accepting connections", "not accepting connections"},
    {"starting up", "not accepting connections"},
    {"shutting down", "not accepting connections"},
    {"not yet accepting connections", "not accepting connections"},
    {"in recovery mode", "not accepting connections"},
    {"session is read-only", "read-only"},
    {"could not translate host name", "DNS"},
    {"certificate", "TLS"},
    {"SSL", "TLS"},
    {"timeout expired", "time-out"},
    {"timed out", "time-out"},
    {"Connection refused", "connection refused"},
    {"No such file or directory", "connection refused"},
    {"No route to host", "no route to the host"},
    {"is unreachable", "no route to the host"},
    {"closed the connection", "connection lost"},
    {"Lost connection", "connection lost"},                // libpqxx's own words,
    {"Connection to database failed", "connection lost"},  // as these
    {"reactivation is inhibited", "connection lost"},      // and these
    {"reset by peer", "connection lost"},
};

/// The beginnings of SQLSTATEs.
constexpr Meaning kStates[] = {
    {"25006", "read-only"},
    // A statement that was prepared in the session is not there.
    {"26000", kPoolerInTransactionMode},
    {"53100", "disk full"},
    {"53300", "too many connections"},
    {"53", "out of resources"},
    {"55P03", "a lock is held for too long"},
    {"57014", "a statement takes too long"},
    {"57P", "shutting down"},
    {"08", "connection lost"},
    {"42501", "a right is missing"},
};

std::string SqlState(const std::exception& error) {
  // libpqxx makes this one without its SQLSTATE.
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error)) return "42501";
  const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error);
  return sql ? sql->sqlstate() : "";
}

/// Of what libpq says. The names in quotes are values.
std::string CauseOfConnecting(std::string_view message) {
  const bool gone = message.find("does not exist") != std::string_view::npos;
  if (gone && message.find("database \"") != std::string_view::npos) return "no such database";
  if (gone && message.find("role \"") != std::string_view::npos) return "no such role";
  for (const auto& [sign, cause] : kConnecting) {
    if (message.find(sign) != std::string_view::npos) return std::string(cause);
  }
  return "of unknown cause";
}

std::string WithCause(const std::string& message, const std::exception& error) {
  const std::string cause = CauseOf(error);
  return cause.empty() ? message : message + " (" + cause + ")";
}

}  // namespace

bool IsBroken(const std::exception& error) {
  if (dynamic_cast<const pqxx::broken_connection*>(&error)) return true;
  if (dynamic_cast<const pqxx::in_doubt_error*>(&error)) return true;
  const std::string state = SqlState(error);
  // 08: connection; 57P01..57P05: the server ends the session; 26000: it is another one's.
  return state.starts_with("08") || state.starts_with("57P") || state == "26000" ||
         IsReadOnly(error);
}

bool IsReadOnly(const std::exception& error) { return SqlState(error) == "25006"; }

bool IsOutOfResources(const std::exception& error) { return SqlState(error).starts_with("53"); }

bool IsTransient(const std::exception& error) {
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error)) return true;
  const std::string state = SqlState(error);
  return state == "40P01" || state == "40001";
}

bool IsDataError(const std::exception& error) {
  const std::string state = SqlState(error);
  return state.starts_with("22") || state.starts_with("23") || state.starts_with("54");
}

std::string CauseOf(const std::exception& error) {
  if (dynamic_cast<const CannotConnect*>(&error)) return error.what();
  if (dynamic_cast<const NoAnswer*>(&error)) return "time-out";
  const std::string state = SqlState(error);
  if (!state.empty()) {
    for (const auto& [sign, cause] : kStates) {
      if (state.starts_with(sign)) return std::string(cause) + ", SQLSTATE " + state;
    }
    return "SQLSTATE " + state;
  }
  if (dynamic_cast<const pqxx::broken_connection*>(&error)) return CauseOfConnecting(error.what());
  return "";
}

Error Unavailable(std::string message) {
  return {.code = ErrorCode::kUnavailable,
          .reason = Text(ErrorReason::kStoreUnavailable),
          .message = std::move(message),
          .retry_after = kRetryAfter};
}

Error ToError(const std::exception& error) {
  if (dynamic_cast<const ClockDiffers*>(&error)) {
    return Unavailable(
        "the clock of this process and that of the database differ by more than a minute: "
        "try again with the same key");
  }
  if (dynamic_cast<const NotReplicated*>(&error)) {
    return Unavailable(
        "the wait for a standby was interrupted, and it may lack what was written: try again with "
        "the same key");
  }
  if (dynamic_cast<const PoolBusy*>(&error)) {
    return Unavailable("the database does not keep up: all sessions of this process are in use");
  }
  const std::string state = SqlState(error);
  // 55P03, 57014: waited too long for a lock or a statement.
  if (IsBroken(error) || IsTransient(error) || IsOutOfResources(error) || state == "55P03" ||
      state == "57014") {
    return Unavailable(WithCause("the database is not available", error));
  }
  if (state == "42P01" || state == "42703" || state == "42883") {
    return Error{
        ErrorCode::kFailedPrecondition, Text(ErrorReason::kSchemaOutOfDate),
        "the database lacks tables or columns that this version needs: run `lethed migrate`"};
  }
  if (state == "42501") {
    return Error{ErrorCode::kFailedPrecondition, Text(ErrorReason::kSchemaOutOfDate),
                 WithCause("the database's role lacks a right: `lethed migrate` with "
                           "database.owner_url grants what it needs",
                           error)};
  }
  return Error{ErrorCode::kInternal, Text(ErrorReason::kStoreDefect),
               WithCause("the database refused a statement", error)};
}

}  // namespace lethe::store
