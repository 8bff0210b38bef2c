#pragma once

#include <pqxx/pqxx>

namespace lethe::store {

/// Makes the commit of a transaction that may write nothing else as good as that of one that does:
/// it succeeds only if the database takes writes and, where there is a synchronous standby, once
/// that has all that was committed before. Returns whether the database waits for a standby. Throws
/// SQLSTATE 25006 for a read-only database.
bool WriteToLog(pqxx::transaction_base& work);

}  // namespace lethe::store
