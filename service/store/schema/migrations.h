#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "lethe/result.h"

namespace lethe::store {

/// One forward step of the schema.
struct Migration {
  std::string name;  ///< `NNNN_what`; NNNN is the version, 1 and up without gaps.
  std::string sql;   ///< Run in one transaction.
};

/// The files of migrations/, in order.
const std::vector<Migration>& EmbeddedMigrations();

struct MigrationReport {
  int version;                       ///< The schema's, afterwards.
  std::vector<std::string> applied;  ///< Names, in order; empty if it was up to date.
};

/// Brings the schema up to the last of `migrations`. One process at a time (an advisory lock;
/// others wait), each step in its own transaction. Errors, all kFailedPrecondition:
///   SCHEMA_FROM_THE_FUTURE  the database is newer than these migrations;
///   MIGRATION_CHANGED       one that was applied has another checksum now;
///   MIGRATION_FAILED        names the step and the SQLSTATE; the steps before it stay.
Result<MigrationReport> Migrate(pqxx::connection& connection,
                                const std::vector<Migration>& migrations);

/// Whether this service can work on the schema: kFailedPrecondition SCHEMA_OUT_OF_DATE if steps are
/// missing. A newer schema is fine, because the next version's steps run before the last replica of
/// this one has gone.
Status CheckSchema(pqxx::connection& connection, const std::vector<Migration>& migrations);

}  // namespace lethe::store
