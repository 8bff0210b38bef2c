#pragma once

#include <exception>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>

#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::store {

/// What a caller is told to wait when the database is away: as long as its clients wait for most
/// failovers, and not so long that callers come back late.
inline constexpr milliseconds kRetryAfter{1'000};

/// This process's clock and the database's are too far apart to write anything by.
class ClockDiffers : public std::runtime_error {
 public:
  ClockDiffers() : std::runtime_error("the clocks differ") {}
};

/// No session could be opened. what() is the cause in a few words, see CauseOf(); never a value.
class CannotConnect : public pqxx::broken_connection {
 public:
  explicit CannotConnect(const std::string& cause) : pqxx::broken_connection(cause) {}
};

/// What CauseOf() says of a pooler that shares sessions.
inline constexpr char kPoolerInTransactionMode[] =
    "a pooler in transaction or statement mode: use session mode, or no pooler";

/// All sessions of a pool were in use for too long.
class PoolBusy : public std::runtime_error {
 public:
  PoolBusy() : std::runtime_error("all sessions are in use") {}
};

/// Whether the session is gone, so that another try needs a new one.
bool IsBroken(const std::exception& error);

/// Whether the database takes no writes: a standby, perhaps the primary until a moment ago, or
/// default_transaction_read_only. Another session may find one that does.
bool IsReadOnly(const std::exception& error);

/// Whether the server is out of something that writing needs: disk, memory.
bool IsOutOfResources(const std::exception& error);

/// Whether the same transaction may succeed when it is run again: PostgreSQL ended it for a
/// deadlock or a serialization failure.
bool IsTransient(const std::exception& error);

/// Whether the data of the transaction is wrong (SQLSTATE classes 22, 23, and 54 for what is too
/// large), so that another try fails as well.
bool IsDataError(const std::exception& error);

/// Why something of the database failed, in words for an operator: "wrong password", "time-out",
/// "disk full, SQLSTATE 53100". Never PostgreSQL's or libpq's text, which quotes values.
std::string CauseOf(const std::exception& error);

/// STORE_UNAVAILABLE, with kRetryAfter.
Error Unavailable(std::string message);

/// The error that a caller gets for what pqxx threw. Its message has CauseOf() in it.
Error ToError(const std::exception& error);

}  // namespace lethe::store
