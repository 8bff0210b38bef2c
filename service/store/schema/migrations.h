#pragma once

#include <chrono>
#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::store {

/// One forward step of the schema.
struct Migration {
  std::string name;  ///< `NNNN_what`; NNNN is the version, 1 and up without gaps.
  std::string sql;   ///< Run in one transaction, unless it begins with kConcurrentMigration.
};

/// A step that begins so only makes or drops indexes, CONCURRENTLY: each statement (it ends with a
/// semicolon at the end of a line) runs for itself. If it is interrupted, it is run anew, so each
/// says IF [NOT] EXISTS.
inline constexpr std::string_view kConcurrentMigration = "-- concurrently\n";

/// How Migrate() waits for tables that others use. A dump reads every table for as long as it
/// takes; a statement that waits for one to end makes all calls that come after it wait too.
struct MigrationWaits {
  milliseconds lock{1'000};   ///< Of one statement for its table: as long a call may stand still.
  milliseconds pause{2'000};  ///< Between two tries.
  milliseconds patience = std::chrono::minutes{10};  ///< In all, for one step.
  std::function<void(milliseconds)> sleep = [](milliseconds time) {
    std::this_thread::sleep_for(time);
  };
  std::function<void(const std::string&)> tell = [](const std::string&) {
  };  ///< Of progress: a line.
};

/// The files of migrations/, in order.
const std::vector<Migration>& EmbeddedMigrations();

struct MigrationReport {
  int version;                       ///< The schema's, afterwards.
  std::vector<std::string> applied;  ///< Names, in order; empty if it was up to date.
};

/// Brings the schema up to the last of `migrations`, beside a service that goes on. One process at
/// a time (an advisory lock; others wait), each step in its own transaction. Errors, all
/// kFailedPrecondition:
///   SCHEMA_FROM_THE_FUTURE  the database is newer than these migrations;
///   MIGRATION_CHANGED       one that was applied has another checksum now;
///   MIGRATION_LOCKED_OUT    a step's tables are in use for longer than `waits.patience`;
///   MIGRATION_FAILED        names the step and the SQLSTATE; the steps before it stay.
Result<MigrationReport> Migrate(pqxx::connection& connection,
                                const std::vector<Migration>& migrations,
                                const MigrationWaits& waits = {});

/// Whether this service can work on the schema: kFailedPrecondition SCHEMA_OUT_OF_DATE if steps are
/// missing. A newer schema is fine, because the next version's steps run before the last replica of
/// this one has gone.
Status CheckSchema(pqxx::connection& connection, const std::vector<Migration>& migrations);

}  // namespace lethe::store
