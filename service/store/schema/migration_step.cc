#include "store/schema/migration_step.h"

#include <sstream>
#include <vector>

namespace lethe::store {
namespace {

bool IsConcurrent(const Migration& migration) {
  return migration.sql.starts_with(kConcurrentMigration);
}

bool IsLockTimeout(const pqxx::sql_error& error) {
  return error.sqlstate() == "55P03" || error.sqlstate() == "40P01";
}

void WriteDown(pqxx::transaction_base& work, const Migration& migration, int version,
               const std::string& checksum) {
  work.exec_params("insert into schema_migration (version, name, checksum) values ($1, $2, $3)",
                   version, migration.name, checksum);
}

/// Each statement ends with a semicolon at the end of a line.
std::vector<std::string> StatementsOf(const std::string& sql) {
  std::vector<std::string> statements;
  std::istringstream lines(sql);
  std::string statement;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("--")) continue;
    statement += line + '\n';
    if (!line.ends_with(';')) continue;
    statements.push_back(std::move(statement));
    statement.clear();
  }
  if (!statement.empty()) statements.push_back(std::move(statement));
  return statements;
}

// A build that was interrupted leaves an index that each write updates and no query uses.
void DropUnfinishedIndexes(pqxx::nontransaction& work) {
  const auto unfinished = work.exec(
      "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid "
      "where not i.indisvalid and c.relnamespace = current_schema()::regnamespace "
      "and c.relkind = 'i'");
  for (const auto& row : unfinished) {
    work.exec("drop index concurrently if exists " + row[0].as<std::string>());
  }
}

// Waits for locks without an end: it holds up no reader and no writer meanwhile.
void RunConcurrently(pqxx::connection& connection, const Migration& migration, int version,
                     const std::string& checksum) {
  connection.set_variable("lock_timeout", "0");
  pqxx::nontransaction work(connection);
  DropUnfinishedIndexes(work);
  for (const std::string& statement : StatementsOf(migration.sql)) work.exec(statement);
  WriteDown(work, migration, version, checksum);
}

void RunInTransaction(pqxx::connection& connection, const Migration& migration, int version,
                      const std::string& checksum, milliseconds lock_wait) {
  connection.set_variable("lock_timeout", std::to_string(lock_wait.count()));
  pqxx::work work(connection);
  work.exec(migration.sql);
  WriteDown(work, migration, version, checksum);
  work.commit();
}

/// The sessions that have been reading or writing tables for the longest time.
std::string SessionsInTheWay(pqxx::connection& connection) {
  std::string sessions;
  for (const auto& row : pqxx::nontransaction(connection)
                             .exec("select a.pid, coalesce(nullif(a.application_name, ''), "
                                   "'unnamed'), extract(epoch from clock_timestamp() - "
                                   "a.xact_start)::bigint "
                                   "from pg_stat_activity a where a.pid <> pg_backend_pid() "
                                   "and a.datname = current_database() and exists (select from "
                                   "pg_locks l where l.pid = a.pid and l.granted "
                                   "and l.locktype = 'relation' and l.database <> 0) "
                                   "order by a.xact_start nulls last limit 3")) {
    sessions += (sessions.empty() ? "" : ", ") + row[0].as<std::string>() + " (" +
                row[1].as<std::string>() + ", for " + row[2].as<std::string>("0") + " s)";
  }
  return sessions.empty() ? "a session that has ended since" : "session " + sessions;
}

}  // namespace

void RunStep(pqxx::connection& connection, const Migration& migration, int version,
             const std::string& checksum, const MigrationWaits& waits) {
  if (IsConcurrent(migration)) {
    waits.tell(migration.name + ": builds indexes beside the service; this may take long");
    RunConcurrently(connection, migration, version, checksum);
    return;
  }
  for (milliseconds waited{0};; waited += waits.lock + waits.pause) {
    try {
      RunInTransaction(connection, migration, version, checksum, waits.lock);
      return;
    } catch (const pqxx::sql_error& error) {
      if (!IsLockTimeout(error)) throw;
    }
    const std::string sessions = SessionsInTheWay(connection);
    if (waited >= waits.patience) {
      throw TooLongLocked("migration " + migration.name + " needs tables that are in use by " +
                          sessions + ": end that, or run `lethed migrate` again later");
    }
    waits.tell(migration.name + ": tables are in use by " + sessions + "; tries again");
    waits.sleep(waits.pause);
  }
}

}  // namespace lethe::store
