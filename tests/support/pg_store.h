#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "crypto/key_ring.h"
#include "lethe/time.h"
#include "store/intake/committer.h"
#include "store/pg_request_store.h"
#include "store/reading/database_time.h"
#include "store/schema/partitions.h"
#include "store/session/pool.h"
#include "support/postgres.h"

namespace lethe::test {

/// The real store on a database, with keys of its own.
class PgStore {
 public:
  struct Options {
    int max_waiting_items = 50'000;
    std::string holder = "test";
    std::function<void(const store::FlushReport&)> on_flush = [](const store::FlushReport&) {};
    std::string key_file = crypto::KeyRing::GenerateFile();
  };

  PgStore(const TestDatabase& database, const Clock& clock) : PgStore(database, clock, Options{}) {}
  PgStore(const TestDatabase& database, const Clock& clock, Options options)
      : keys_(crypto::KeyRing::Parse(options.key_file).value()),
        pool_(database.source(), 4),
        committer_({.connector = std::make_shared<store::Connector>(database.source()),
                    .holder = options.holder,
                    .max_waiting_items = options.max_waiting_items,
                    .on_flush = std::move(options.on_flush)},
                   clock),
        requests_(keys_, committer_, pool_) {
    // A committer refuses to write by a clock that is far from the database's.
    const auto apart = pool_
                           .With([&](pqxx::connection& connection) -> Result<milliseconds> {
                             store::EnsurePartitions(connection, clock.Now()).value();
                             return std::chrono::round<milliseconds>(
                                 store::ReadDatabaseTime(connection) - clock.Now());
                           })
                           .value();
    if (std::chrono::abs(apart) > milliseconds(1'000)) database.RunClockFrom(clock.Now());
  }

  const crypto::KeyRing& keys() const { return keys_; }
  store::Pool& pool() { return pool_; }
  store::Committer& committer() { return committer_; }
  RequestStore& requests() { return requests_; }

 private:
  crypto::KeyRing keys_;
  store::Pool pool_;
  store::Committer committer_;
  store::PgRequestStore requests_;
};

}  // namespace lethe::test
