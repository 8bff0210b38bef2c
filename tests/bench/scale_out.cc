// What more replicas are worth where the machine stays the same: one, two and four lethed on one
// database take a backlog in and send it out at the same time. Their calls in flight, counted from
// what the attempts say, never exceed what CleverTap allows an account.
//
//   tests/bench/run scale_out

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/backlog.h"
#include "bench/bench_database.h"
#include "bench/neutral_vendor.h"
#include "bench/report.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

constexpr int kAccounts = 8;
constexpr int kConcurrency = 3;
constexpr int kIdentifiers = 400'000;
/// Before, so that sessions have made their plans: every lethed has its own.
constexpr int kToWarmUp = 100'000;
constexpr std::array kReplicas{1, 2, 4};

/// The most attempts of one account and API that were under way at once. Ends go before beginnings
/// of the same microsecond.
int MostCallsAtOnce(const BenchDatabase& database) {
  return database
      .Run(
          "with event as ("
          "  select b.account, b.operation, a.started_at as at, 1 as step from attempt a join "
          "batch b "
          "    on b.envelope = a.envelope and b.lo = a.lo "
          "  union all "
          "  select b.account, b.operation, a.finished_at, -1 from attempt a join batch b "
          "    on b.envelope = a.envelope and b.lo = a.lo) "
          "select max(calls) from ("
          "  select sum(step) over (partition by account, operation order by at, step) as calls "
          "  from event) running")[0][0]
      .as<int>();
}

/// In and out together, in identifiers a second from the first request to the last answer recorded.
double Run(int replicas, const NeutralVendor& vendor) {
  const BenchDatabase database;
  const test::LethedOptions options{
      .database_url = database.url(),
      .vendor_url = vendor.url(),
      .accounts = AccountNames("shop", kAccounts),
      .dispatcher = "{senders: " + std::to_string(kAccounts * kConcurrency / replicas) + "}",
      .sandbox_window = "",
      .account_settings = "concurrency: " + std::to_string(kConcurrency)};
  test::LethedFiles files(options);
  std::vector<std::unique_ptr<test::Lethed>> all;
  Fill fill{.ports = {}, .accounts = options.accounts, .identifiers = 0};
  for (int i = 0; i < replicas; ++i) {
    all.push_back(files.StartReady());
    fill.ports.push_back(all.back()->grpc_port());
  }
  fill.callers_per_port = 8 / replicas;
  fill.identifiers = kToWarmUp;
  HandOver(fill);
  WaitUntilRecorded(database, kToWarmUp);
  fill.first = kToWarmUp;
  fill.identifiers = kIdentifiers;
  const auto began = std::chrono::steady_clock::now();
  HandOver(fill);
  WaitUntilRecorded(database, kToWarmUp + kIdentifiers);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (MostCallsAtOnce(database) > kConcurrency) {
    throw std::runtime_error("an account had more calls in flight than CleverTap allows");
  }
  return kIdentifiers / took.count();
}

void Main(int rounds) {
  const NeutralVendor vendor;
  std::map<int, std::vector<double>> rates;
  for (int round = 0; round < rounds; ++round) {
    for (const int replicas : kReplicas) rates[replicas].push_back(Run(replicas, vendor));
  }
  Report({.measure = "scale out: identifiers in and out together, one lethed",
          .value = Median(rates[1]),
          .unit = "/s"});
  for (const int replicas : {2, 4}) {
    Report({.measure = "scale out: the same, " + std::to_string(replicas) + " lethed",
            .value = Median(rates[replicas]),
            .unit = "/s",
            .against = {{"one lethed", Median(rates[1]), AtLeast(0.95)}}});
  }
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main(lethe::bench::Rounds());
  return 0;
}
