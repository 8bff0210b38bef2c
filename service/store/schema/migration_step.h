#pragma once

#include <pqxx/pqxx>
#include <stdexcept>
#include <string>

#include "store/schema/migrations.h"

namespace lethe::store {

/// Runs one migration beside a service that goes on, and writes it down in schema_migration with
/// `version` and `checksum`. A step that waits longer than MigrationWaits::lock for a table is
/// rolled back and tried again, because what comes after it in the table's queue waits as well.
/// Throws what pqxx throws; TooLongLocked if it cannot be done within MigrationWaits::patience.
void RunStep(pqxx::connection& connection, const Migration& migration, int version,
             const std::string& checksum, const MigrationWaits& waits);

/// Its what() names the sessions that are in the way, by process id and application name.
class TooLongLocked : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace lethe::store
