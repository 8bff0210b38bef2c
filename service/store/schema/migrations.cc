#include "store/schema/migrations.h"

#include <sodium.h>

#include <array>

#include "lethe/reasons.h"
#include "store/schema/migration_step.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

// Session-level, so that it spans the transactions of all steps.
constexpr char kTryLock[] = "select pg_try_advisory_lock(hashtext('lethe.migrations'))";
constexpr char kUnlock[] = "select pg_advisory_unlock(hashtext('lethe.migrations'))";

// A migration of another process takes minutes.
constexpr milliseconds kBetweenTries{100};

// Tries again and again: a session that waits within a statement has a snapshot, and whoever builds
// an index concurrently waits for the end of that.
void Lock(pqxx::connection& connection, const MigrationWaits& waits) {
  while (!pqxx::nontransaction(connection).exec1(kTryLock)[0].as<bool>()) {
    waits.sleep(kBetweenTries);
  }
}

std::string Checksum(const Migration& migration) {
  std::array<unsigned char, crypto_generichash_BYTES> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(migration.sql.data()),
                     migration.sql.size(), nullptr, 0);
  std::string hex(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

Error Refuse(std::string reason, std::string message) {
  return Error{ErrorCode::kFailedPrecondition, std::move(reason), std::move(message)};
}

pqxx::result AppliedMigrations(pqxx::connection& connection) {
  pqxx::work work(connection);
  work.exec(
      "create table if not exists schema_migration (version integer primary key, name text not "
      "null, "
      "checksum text not null, applied_at timestamptz not null default now())");
  auto rows = work.exec("select version, name, checksum from schema_migration order by version");
  work.commit();
  return rows;
}

Result<MigrationReport> MigrateLocked(pqxx::connection& connection,
                                      const std::vector<Migration>& migrations,
                                      const MigrationWaits& waits) {
  const pqxx::result applied = AppliedMigrations(connection);
  if (applied.size() > migrations.size()) {
    return Refuse("SCHEMA_FROM_THE_FUTURE",
                  "the database is at version " + std::to_string(applied.size()) +
                      ", this program knows " + std::to_string(migrations.size()) +
                      ": use the newer lethed");
  }
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (applied[i][2].as<std::string>() != Checksum(migrations[i])) {
      return Refuse("MIGRATION_CHANGED", "migration " + migrations[i].name +
                                             " was applied with another text: restore the file, "
                                             "and put changes into a new one");
    }
  }
  MigrationReport report{static_cast<int>(migrations.size()), {}};
  for (std::size_t i = applied.size(); i < migrations.size(); ++i) {
    const Migration& migration = migrations[i];
    try {
      RunStep(connection, migration, static_cast<int>(i + 1), Checksum(migration), waits);
    } catch (const TooLongLocked& locked) {
      return Refuse("MIGRATION_LOCKED_OUT", locked.what());
    } catch (const pqxx::sql_error& error) {
      if (IsBroken(error)) throw;
      return Refuse("MIGRATION_FAILED",
                    "migration " + migration.name + " failed with SQLSTATE " + error.sqlstate());
    }
    report.applied.push_back(migration.name);
  }
  return report;
}

}  // namespace

Result<MigrationReport> Migrate(pqxx::connection& connection,
                                const std::vector<Migration>& migrations,
                                const MigrationWaits& waits) {
  try {
    // Waiting for another process's migration is right; the session's time-outs are for the
    // service.
    connection.set_variable("lock_timeout", "0");
    connection.set_variable("statement_timeout", "0");
    Lock(connection, waits);
    auto report = MigrateLocked(connection, migrations, waits);
    pqxx::nontransaction(connection).exec(kUnlock);
    return report;
  } catch (const std::exception& error) {
    return ToError(error);
  }
}

Status CheckSchema(pqxx::connection& connection, const std::vector<Migration>& migrations) {
  try {
    pqxx::nontransaction work(connection);
    const auto table = work.exec("select to_regclass('schema_migration') is not null");
    const std::size_t version =
        table[0][0].as<bool>()
            ? work.exec("select count(*) from schema_migration")[0][0].as<std::size_t>()
            : 0;
    if (version < migrations.size()) {
      return Refuse(Text(ErrorReason::kSchemaOutOfDate),
                    "the database is at version " + std::to_string(version) +
                        ", this program needs " + std::to_string(migrations.size()) +
                        ": run `lethed migrate`");
    }
    return Ok();
  } catch (const std::exception& error) {
    return ToError(error);
  }
}

}  // namespace lethe::store
