#pragma once

#include <pqxx/pqxx>
#include <string>

#include "lethe/time.h"
#include "store/session/connection.h"

namespace lethe::test {

enum class Schema {
  kMigrated,   ///< With partitions for the current months. Lethe's sessions cannot change a batch's
               ///< state but along an edge of the state machine.
  kUnwatched,  ///< The same without that check, for benchmarks.
  kEmpty,
};

/// A database of its own on the test program's private PostgreSQL, dropped at the end even if
/// sessions are connected to it. The server starts with the first database and stops with the
/// program.
class TestDatabase {
 public:
  explicit TestDatabase(Schema schema = Schema::kMigrated);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  /// As the role that serves; of an empty one, in which it has no rights, as the owner.
  const std::string& url() const { return url_; }
  store::UrlSource source() const {
    return [url = url_] { return Result<std::string>(url); };
  }

  /// As the role that owns the tables.
  const std::string& owner_url() const { return owner_url_; }

  /// As PostgreSQL's superuser, who may end the server's own workers as well.
  const std::string& superuser_url() const { return superuser_url_; }

  /// For looking and for arranging: as the owner.
  pqxx::result Run(const std::string& sql) const;

  /// Ends every other session of this database, as a failover would.
  void CutConnections() const;

  /// Refuses new sessions and ends those that there are, as a database that is away; Open() lets
  /// them in again. Run() works only while it is open.
  void Shut() const;
  void Open() const;

  /// Keeps the database as it is now.
  void KeepCopy() const;

  /// The database is as it was at KeepCopy(), under the same name. Its sessions are ended.
  void PutCopyBack() const;

  /// The database's clock goes on from `now`.
  void RunClockFrom(TimePoint now) const;

  /// The clock of leases and lingers stands still at `now` from here on.
  void SetClock(TimePoint now) const;

 private:
  std::string name_;
  std::string url_;
  std::string owner_url_;
  std::string superuser_url_;
};

}  // namespace lethe::test
