#pragma once

#include "support/postgres.h"

namespace lethe::bench {

/// A database where a commit survives a power cut: fsync and synchronous_commit are on, and the
/// write-ahead log has room enough that no checkpoint falls into one round and not into another.
/// Everybody in one comparison shares its server.
class BenchDatabase : public test::TestDatabase {
 public:
  explicit BenchDatabase(test::Schema schema = test::Schema::kUnwatched);
};

}  // namespace lethe::bench
