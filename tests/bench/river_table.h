#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "bench/bench_database.h"

namespace lethe::bench {

/// What a team would build instead: the job table of River (a queue for Go on PostgreSQL) with its
/// indexes and constraints, a mutable row an identifier, written three times: available, running,
/// completed. What River does besides is left out: it notifies, elects a leader, and deletes
/// completed jobs after a day.
class RiverTable {
 public:
  enum class Indexes {
    kAll,
    kNoGin,  ///< Without those on args and metadata.
  };

  /// Makes the table in a database that has none.
  RiverTable(const BenchDatabase& database, Indexes indexes);

  /// One transaction. Jobs of one request share no key: a team would keep that with the request;
  /// `keys` is empty or has one of 32 bytes a job.
  void Insert(const std::vector<std::string>& identifiers,
              const std::vector<std::string>& keys = {});

  /// Fetches up to `limit` available jobs and completes them, in two transactions; answers how
  /// many.
  int Work(int limit);

 private:
  pqxx::connection connection_;
};

}  // namespace lethe::bench
