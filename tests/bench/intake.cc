// How many requests become durable, and how soon: the whole way from a gRPC channel to COMMIT, next
// to two ceilings of the same run, the same server over a store that forgets everything, and
// PostgreSQL committing one row at a time. fsync is on.
//
//   tests/bench/run intake

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "api/server.h"
#include "bench/bench_database.h"
#include "bench/report.h"
#include "fakes/fake_review_store.h"
#include "fakes/fake_vendor_check.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "support/api_client.h"
#include "support/pg_store.h"
#include "support/postgres.h"

namespace lethe {
namespace {

using std::chrono::steady_clock;

constexpr int kCallers = 64;
constexpr std::chrono::seconds kRound{3};

class ForgetfulStore final : public RequestStore {
 public:
  void Submit(NewRequest, SubmitDone done) override { done(Admission{RequestId{1}, {}, false}); }
  Result<RequestView> Get(std::string_view, RequestId) override { return Nothing(); }
  Result<Page<RequestView>> ListRequests(const ListRequestsParams&) override { return Nothing(); }
  Result<Page<ItemView>> ListItems(const ListItemsParams&) override { return Nothing(); }

 private:
  static Error Nothing() { return {ErrorCode::kNotFound, "NOTHING", "nothing is kept"}; }
};

struct Round {
  double calls_per_second;
  double median_ms;
};

/// `callers` threads, each with one call in flight, for one round. `call` says whether it
/// succeeded.
Round Measure(int callers, const std::function<bool(int caller, int call)>& call) {
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(callers));
  const auto end = steady_clock::now() + kRound;
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int i = 0; steady_clock::now() < end; ++i) {
        const auto began = steady_clock::now();
        if (!call(caller, i)) continue;
        const std::chrono::duration<double, std::milli> took = steady_clock::now() - began;
        latencies[static_cast<std::size_t>(caller)].push_back(took.count());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& own : latencies) all.insert(all.end(), own.begin(), own.end());
  if (all.empty()) return {0, 0};
  const auto count = static_cast<double>(all.size());
  return {count / std::chrono::duration<double>(kRound).count(), bench::Median(std::move(all))};
}

/// A server over `store`, called with requests of one identifier each.
class Bench {
 public:
  explicit Bench(RequestStore& store)
      : server_(
            api::Server::Start({.listen = "127.0.0.1:0",
                                .store = store,
                                .vendor_check = vendor_check_,
                                .reviews = reviews_,
                                .accounts = {{.name = "shop",
                                              .base_url = {},
                                              .account_id = {},
                                              .passcode_file = {},
                                              .hours = {*TimeZone::Find("Etc/UTC")}}},
                                .clock = clock_,
                                .executor = [this](auto work) { readers_.Post(std::move(work)); },
                                .vendor_executor = {},
                                .on_finished = {}})
                .value()) {
    for (int i = 0; i < kCallers; ++i) clients_.emplace_back(server_->port());
  }

  Round Run(int callers) {
    const int run = ++runs_;
    return Measure(callers, [&](int caller, int call) {
      v1::CreatePrivacyRequestRequest request;
      request.set_parent("accounts/shop");
      request.set_idempotency_key(std::to_string(run) + "/" + std::to_string(caller) + "/" +
                                  std::to_string(call));
      request.mutable_erasure()->add_identities("user-" + request.idempotency_key());
      return clients_[static_cast<std::size_t>(caller)].Create(request).ok();
    });
  }

 private:
  runtime::SystemClock clock_;
  fakes::FakeReviewStore reviews_{clock_};
  fakes::FakeVendorCheck vendor_check_;
  runtime::WorkerPool readers_{4};
  std::unique_ptr<api::Server> server_;
  std::deque<test::ApiClient> clients_;
  int runs_ = 0;
};

Round CommitSingleRows(const test::TestDatabase& database) {
  pqxx::connection connection(database.url());
  connection.prepare("insert", "insert into ceiling (n) values ($1)");
  return Measure(1, [&](int, int call) {
    pqxx::work work(connection);
    work.exec_prepared("insert", call);
    work.commit();
    return true;
  });
}

void Main(int rounds) {
  const bench::BenchDatabase database;
  database.Run("create table ceiling (n integer)");
  runtime::SystemClock clock;
  std::atomic<int> flushes = 0, flushed = 0;
  test::PgStore store(database, clock, {.on_flush = [&](const store::FlushReport& report) {
                        ++flushes;
                        flushed += report.requests;
                      }});
  ForgetfulStore forgetful;
  Bench durable(store.requests());
  Bench ceiling(forgetful);

  std::vector<double> busy, busy_ms, busy_ceiling, idle_ms, idle_ceiling_ms, commit_ms;
  for (int round = 0; round < rounds; ++round) {
    const Round one = durable.Run(kCallers);
    busy.push_back(one.calls_per_second);
    busy_ms.push_back(one.median_ms);
    busy_ceiling.push_back(ceiling.Run(kCallers).calls_per_second);
    idle_ms.push_back(durable.Run(1).median_ms);
    idle_ceiling_ms.push_back(ceiling.Run(1).median_ms);
    commit_ms.push_back(CommitSingleRows(database).median_ms);
  }
  std::printf("medians of %d rounds of %lld s\n", rounds, static_cast<long long>(kRound.count()));
  std::printf(
      "%d callers   %8.0f requests/s, %.1f ms each; the server without a store %8.0f/s: %.0f %%\n",
      kCallers, bench::Median(busy), bench::Median(busy_ms), bench::Median(busy_ceiling),
      100 * bench::Median(busy) / bench::Median(busy_ceiling));
  std::printf(
      "one caller   %8.2f ms a request; the server without a store %.2f ms, one row and COMMIT "
      "%.2f ms\n",
      bench::Median(idle_ms), bench::Median(idle_ceiling_ms), bench::Median(commit_ms));
  std::printf("requests that shared a commit, on average over all: %.1f\n",
              static_cast<double>(flushed) / std::max(1, flushes.load()));
}

}  // namespace
}  // namespace lethe

int main() {
  lethe::Main(lethe::bench::Rounds());
  return 0;
}
