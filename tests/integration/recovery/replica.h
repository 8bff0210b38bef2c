#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "integration/store/world.h"
#include "lethe/pause.h"
#include "store/accounts/pg_pause_store.h"
#include "store/recovery/call_journal.h"
#include "store/recovery/history_check.h"
#include "support/pg_store.h"

namespace lethe::store {

/// What one process sends with.
struct Replica {
  Replica(const TestDatabase& database, const crypto::KeyRing& keys, const std::string& name)
      : connector(std::make_shared<Connector>(
            database.source(), SessionLimits{},
            [this](pqxx::connection& session) { history.CheckNew(session); })),
        ids(name),
        history({.holder = name,
                 .memory = memory,
                 .give_up_ids = [this] { return ids.GiveUp(); },
                 .on_lost = [this](const LostHistory& lost) { told.push_back(lost); }}),
        pool(connector, 2),
        queue(name, Accounts(), keys, pool, &history) {}

  /// As a process that was started with what the journal in this directory has.
  void Keep(const std::string& directory) {
    journal = CallJournal::Open({.directory = directory, .keep = 840h, .on_failure = {}}).value();
    memory.Keep(*journal);
  }

  std::unique_ptr<CallJournal> journal;
  CallMemory memory;
  std::vector<LostHistory> told;
  std::shared_ptr<Connector> connector;
  IdSource ids;
  HistoryCheck history;
  Pool pool;
  PgDeliveryQueue queue;
};

class LostHistoryTest : public testing::Test {
 protected:
  LostHistoryTest() { EXPECT_TRUE(one_.queue.RegisterAccounts().ok()); }

  void AddBatch(const std::vector<std::string>& people = People(2)) {
    ASSERT_TRUE(Submit(store_.requests(), Erasure("key-" + std::to_string(next_++), people)).ok());
  }

  static Result<std::optional<Claim>> Take(Replica& replica) {
    auto taken = replica.queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
    // The first use of a session that was cut.
    if (taken.ok()) return taken;
    return replica.queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
  }

  std::vector<Pause> Pauses() {
    PgPauseStore pauses(store_.pool(), clock_, [](milliseconds) {});
    return pauses.List().value();
  }

  std::optional<NodeRenewal> Renew(Replica& replica) {
    auto renewed = replica.pool.WithRetry(
        [&](pqxx::connection& connection) -> Result<std::optional<NodeRenewal>> {
          return replica.ids.Prepare(connection, clock_.Now());
        });
    EXPECT_TRUE(renewed.ok()) << renewed.error().message;
    if (renewed.ok() && *renewed) replica.memory.Remember(**renewed);
    return renewed.ok() ? *renewed : std::nullopt;
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  Replica one_{database_, store_.keys(), "one"};
  Replica two_{database_, store_.keys(), "two"};
  int next_ = 0;
};

}  // namespace lethe::store
