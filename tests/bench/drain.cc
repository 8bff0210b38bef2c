// How fast a backlog goes out: erasures that wait in PostgreSQL become calls of 100 to a CleverTap
// that answers at once, each written down before it is made and its answer after it. From the first
// call written down to the last answer recorded; fsync is on.
//
//   tests/bench/run drain

#include <string>
#include <vector>

#include "bench/backlog.h"
#include "bench/bench_database.h"
#include "bench/neutral_vendor.h"
#include "bench/report.h"
#include "bench/rival.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

constexpr int kAccounts = 8;
constexpr int kIdentifiers = 500'000;
constexpr int kRivalIdentifiers = 50'000;  ///< It is a rate, and theirs take their time.

/// The rest is as it comes: the most calls that CleverTap allows, and a sender for each.
test::LethedOptions WideOpen(const BenchDatabase& database, const NeutralVendor& vendor) {
  return {.database_url = database.url(),
          .vendor_url = vendor.url(),
          .accounts = AccountNames("shop", kAccounts),
          .dispatcher = "{senders: 24}",
          .sandbox_window = "",
          .account_settings = "concurrency: 3"};
}

double DrainOnce(const NeutralVendor& vendor) {
  const BenchDatabase database;
  const test::LethedOptions options = WideOpen(database, vendor);
  test::LethedFiles files(options);
  const auto api = files.StartReady("api");
  HandOver(
      {.ports = {api->grpc_port()}, .accounts = options.accounts, .identifiers = kIdentifiers});
  const auto dispatcher = files.Start("dispatcher");
  return WaitUntilRecorded(database, kIdentifiers);
}

double DrainRival(const std::string& name, const NeutralVendor& vendor) {
  const BenchDatabase database(test::Schema::kEmpty);
  return RunRival(name, {database.url(), "drain", std::to_string(kRivalIdentifiers), vendor.url()});
}

void Main(int rounds) {
  const NeutralVendor vendor;
  std::vector<double> lethe, graphile, pgboss;
  for (int round = 0; round < rounds; ++round) {
    lethe.push_back(DrainOnce(vendor));
    graphile.push_back(DrainRival("graphile", vendor));
    pgboss.push_back(DrainRival("pgboss", vendor));
  }
  Report({.measure = "drain: waiting identifiers, 100 to a call, until recorded",
          .value = Median(lethe),
          .unit = "/s",
          .against = {{"graphile-worker", Median(graphile), AtLeast(7)},
                      {"pg-boss", Median(pgboss), AtLeast(30)}}});
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main(lethe::bench::Rounds());
  return 0;
}
