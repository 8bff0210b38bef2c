#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fakes/fake_clock.h"
#include "lethe/request_store.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/intake/committer.h"
#include "store/schema/partitions.h"
#include "support/eventually.h"
#include "support/postgres.h"

namespace lethe::store {

using fakes::FakeClock;
using test::Eventually;
using test::TestDatabase;
using namespace std::chrono_literals;

inline const Route kErase{"acme", Operation::kErasure};

inline std::vector<std::string> People(int count, const std::string& prefix = "user-") {
  std::vector<std::string> people;
  for (int i = 0; i < count; ++i) people.push_back(prefix + std::to_string(i));
  return people;
}

inline NewRequest Erasure(const std::string& key, const std::vector<std::string>& identities) {
  NewRequest request{.principal = "anonymous",
                     .account = "acme",
                     .idempotency_key = key,
                     .operation = Operation::kErasure,
                     .kind = IdentifierKind::kIdentity,
                     .items = {},
                     .submit_time = {},
                     .due_time = {}};
  for (const std::string& identity : identities) {
    request.items.push_back({Identifier(identity), static_cast<int>(request.items.size())});
  }
  return request;
}

/// An erasure as the committer takes it; the keys stand for their MACs.
inline SealedRequest Sealed(const std::string& key, int items = 1,
                            const std::string& payload = "payload") {
  SealedRequest request{.principal = "anonymous",
                        .lane = {"acme", Operation::kErasure, IdentifierKind::kIdentity},
                        .key_forms = {{key, "acme:" + key, payload}},
                        .items = {},
                        .duplicate_count = 0,
                        .submit_time = {},
                        .due_time = {}};
  for (int i = 0; i < items; ++i) request.items.push_back({i, "sealed", "digest"});
  return request;
}

/// Submits to a Committer or a RequestStore; the answer comes.
template <typename Store, typename Request>
std::future<Result<Admission>> Start(Store& store, Request request) {
  auto answer = std::make_shared<std::promise<Result<Admission>>>();
  auto coming = answer->get_future();
  store.Submit(std::move(request),
               [answer](Result<Admission> result) { answer->set_value(std::move(result)); });
  return coming;
}

/// The same, and waits for it.
template <typename Store, typename Request>
Result<Admission> Submit(Store& store, Request request) {
  return Start(store, std::move(request)).get();
}

inline bool Answered(const std::future<Result<Admission>>& answer) {
  return answer.wait_for(0s) == std::future_status::ready;
}

/// Sees every flush, and can hold the committer at the end of one: what is submitted meanwhile
/// shares the next. To be made before the committer.
class Flushes {
 public:
  std::function<void(const FlushReport&)> observer() {
    return [this](const FlushReport& report) {
      std::unique_lock lock(mutex_);
      reports_.push_back(report);
      if (!closed_) return;
      holding_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !closed_; });
      holding_ = false;
    };
  }

  /// The flush that `trigger` causes does not end before Open().
  void HoldAt(const std::function<void()>& trigger) {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    trigger();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return holding_; });
  }

  void Open() {
    std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }

  std::vector<FlushReport> reports() const {
    std::lock_guard lock(mutex_);
    return reports_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<FlushReport> reports_;
  bool closed_ = false;
  bool holding_ = false;
};

inline CommitterOptions Options(UrlSource url, Flushes& flushes,
                                const std::string& holder = "test") {
  return {.connector = std::make_shared<Connector>(std::move(url)),
          .holder = holder,
          .max_waiting_items = 50'000,
          .on_flush = flushes.observer()};
}

inline std::int64_t Number(const TestDatabase& database, const std::string& sql) {
  return database.Run(sql)[0][0].as<std::int64_t>();
}

/// Partitions for the present of FakeClock, and the database's clock goes on from there.
inline void MakePartitions(const TestDatabase& database) {
  database.RunClockFrom(FakeClock::kStart);
  pqxx::connection connection(database.url());
  ASSERT_TRUE(EnsurePartitions(connection, FakeClock::kStart).ok());
}

/// Every batch has exactly the items that it says, every request as well, and nothing is there
/// without a key.
inline void ExpectSound(const TestDatabase& database) {
  EXPECT_EQ(Number(database,
                   "select count(*) from batch b where hi - lo + 1 <> (select count(*) from "
                   "request_item i where i.envelope = b.envelope and i.pos between b.lo and b.hi)"),
            0);
  EXPECT_EQ(Number(database, "select count(*) from request_item"),
            Number(database, "select coalesce(sum(hi - lo + 1), 0) from batch"));
  EXPECT_EQ(Number(database,
                   "select count(*) from request r where item_count <> (select count(*) from "
                   "request_item i where i.request_id = r.id)"),
            0);
  EXPECT_EQ(Number(database, "select count(*) from request_item"),
            Number(database, "select coalesce(sum(item_count), 0) from request"));
  EXPECT_EQ(Number(database,
                   "select count(*) from request full join idempotency_key k "
                   "on k.request_id = id where id is null or k.request_id is null"),
            0);
}

inline std::vector<Account> Accounts() {
  return {{.name = "acme",
           .base_url = "https://eu1.api.clevertap.com",
           .account_id = "acme",
           .passcode_file = "",
           .hours = {TimeZone::Find("Etc/UTC").value()},
           .concurrency = 2}};
}

}  // namespace lethe::store
