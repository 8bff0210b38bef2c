#pragma once

#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/bench_database.h"
#include "runtime/system_clock.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/history.h"
#include "support/pg_store.h"

namespace lethe::bench {

inline const Route kErase{"shop", Operation::kErasure};
/// An account without history.
inline const Route kEraseOfNews{"news", Operation::kErasure};
inline constexpr milliseconds kLinger{2'000};

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

/// A database with a history, and the real store on it.
class World {
 public:
  struct Options {
    std::int64_t finished;
    std::int64_t waiting;
    int months;
  };

  explicit World(const Options& options)
      : history_(database_, store_.keys(),
                 {.finished = options.finished,
                  .waiting = options.waiting,
                  .months = options.months,
                  .now = clock_.Now()}) {
    if (!queue_.RegisterAccounts().ok()) throw std::runtime_error("no accounts");
  }

  const BenchDatabase& database() const { return database_; }
  const test::History& history() const { return history_; }
  const Clock& clock() const { return clock_; }
  store::Pool& pool() { return store_.pool(); }
  RequestStore& requests() { return store_.requests(); }
  DeliveryQueue& queue() { return queue_; }

  /// An erasure by this many identities, durable.
  void Submit(const Route& route = kErase, int identities = 1) {
    const std::string number = std::to_string(++submitted_);
    NewRequest request{.principal = "bench",
                       .account = route.account,
                       .idempotency_key = number,
                       .operation = Operation::kErasure,
                       .kind = IdentifierKind::kIdentity,
                       .items = {},
                       .submit_time = {},
                       .due_time = {}};
    for (int i = 0; i < identities; ++i) {
      request.items.push_back({Identifier("user-" + number + "-" + std::to_string(i)), i});
    }
    std::promise<Result<Admission>> answer;
    requests().Submit(std::move(request),
                      [&](Result<Admission> result) { answer.set_value(std::move(result)); });
    Must(answer.get_future().get());
  }

  /// The route's oldest batch; there is one.
  Claim Take(const Route& route = kErase, milliseconds linger = kLinger) {
    auto claim = Must(queue().TakeBatch({route, linger, milliseconds(30'000)}));
    if (!claim) throw std::runtime_error("there is nothing to claim");
    return std::move(*claim);
  }

  /// CleverTap took it; its window passes at once.
  void Accept(const Claim& claim) {
    const TimePoint now = clock_.Now();
    Must(queue().Record(claim, {.outcome = OutcomeClass::kAccepted, .http_status = 200},
                        {.transitions = {{.span = claim.facts.span,
                                          .to = BatchState::kAccepted,
                                          .accepted_at = now,
                                          .window_end = now}}}));
  }

 private:
  static std::vector<Account> Accounts() {
    std::vector<Account> accounts;
    for (const char* name : {"shop", "bank", "news"}) {
      accounts.push_back({.name = name,
                          .base_url = "https://eu1.api.clevertap.com",
                          .account_id = name,
                          .passcode_file = "",
                          .hours = {TimeZone::Find("Etc/UTC").value()},
                          .concurrency = 2});
    }
    return accounts;
  }

  runtime::SystemClock clock_;
  BenchDatabase database_;
  test::PgStore store_{database_, clock_};
  test::History history_;
  store::PgDeliveryQueue queue_{"bench", Accounts(), store_.keys(), store_.pool()};
  int submitted_ = 0;
};

}  // namespace lethe::bench
