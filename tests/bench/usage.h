#pragma once

#include <sys/types.h>

#include <string>

#include "bench/bench_database.h"

namespace lethe::bench {

/// CPU time that a process has used, in microseconds, in steps of the kernel's clock tick (10 ms);
/// 0 if it is gone.
double CpuMicros(pid_t pid);

/// What some work has cost a database and the server that it is on.
struct Usage {
  double wal_bytes;        ///< Of the whole cluster, full pages included.
  double full_page_bytes;  ///< Of those: whole pages, as the first change after a checkpoint logs.
  double rows_written;     ///< Inserted, or a new version.
  double dead_rows;        ///< Left behind by updates and deletes.
  double cpu_micros;       ///< Of all of PostgreSQL's processes.
};

/// Reads it. Autovacuum is off from the first meter on; instead each one vacuums its database at
/// the end, as part of the work, so that nobody's vacuum falls into somebody else's round. Nothing
/// else may use the server meanwhile.
class UsageMeter {
 public:
  /// Begins with a vacuum and a checkpoint.
  explicit UsageMeter(const BenchDatabase& database);

  /// Ends every session of the database, which makes them report their counts.
  Usage End();

 private:
  struct Counts {
    std::string lsn;
    double rows_written;
    double dead_rows;
    double cpu_micros;
  };
  Counts Read();

  const BenchDatabase& database_;
  pqxx::connection connection_;
  Counts begin_;
};

}  // namespace lethe::bench
