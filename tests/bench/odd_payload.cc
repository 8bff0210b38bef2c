// What one identity costs the others that CleverTap, or a firewall before it, answers oddly
// whenever it is in a call: 30,000 erasures of one account at CleverTap's usual half second a call,
// with and without it, in turn. Until all the others are accepted.
//
//   tests/bench/run odd_payload

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/backlog.h"
#include "bench/bench_database.h"
#include "bench/report.h"
#include "bench/rival.h"
#include "sandbox/sandbox.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kIdentifiers = 30'000;
constexpr int kOdd = 15'050;  ///< In the middle: others are taken before it and after it.
constexpr milliseconds kLatency{500};
constexpr std::chrono::minutes kPatience{5};

int CountAccepted(const BenchDatabase& database) {
  return database
      .Run("select coalesce(sum(hi - lo + 1), 0) from batch where state in ('accepted', 'done')")[0]
                                                                                                 [0]
      .as<int>();
}

/// Identifiers a second. 0: nobody is answered oddly.
double EraseAll(int http_status) {
  const BenchDatabase database;
  const auto vendor = sandbox::Sandbox::Start({}).value();
  sandbox::Fault slow{.kind = sandbox::FaultKind::kLatency};
  slow.delay = kLatency;
  vendor->SetRandomFaults({.probability = 1, .seed = 1, .kinds = {slow}});
  if (http_status != 0) {
    sandbox::Fault odd{.kind = sandbox::FaultKind::kStatus, .api = sandbox::Endpoint::kDelete};
    odd.identifier = "user-" + std::to_string(kOdd) + "@example.com";  // as HandOver() names them
    odd.times = 0;
    odd.status = http_status;
    odd.delay = kLatency;
    vendor->AddFault(odd);
  }
  test::LethedFiles files({.database_url = database.url(),
                           .vendor_url = vendor->base_url(),
                           .dispatcher = "{linger: 50ms}",
                           .sandbox_window = ""});
  const auto api = files.StartReady("api");
  HandOver({.ports = {api->grpc_port()}, .accounts = {"shop"}, .identifiers = kIdentifiers});
  const auto started = steady_clock::now();
  const auto dispatcher = files.Start("dispatcher");
  const int others = kIdentifiers - (http_status != 0);
  while (CountAccepted(database) < others) {
    if (steady_clock::now() - started > kPatience) throw std::runtime_error("others are held up");
    std::this_thread::sleep_for(milliseconds(50));
  }
  const std::chrono::duration<double> took = steady_clock::now() - started;
  return others / took.count();
}

void Main() {
  for (const int status : {403, 404, 413, 500, 502}) {
    const double without = EraseAll(0);
    const double with_it = EraseAll(status);
    Report({.measure = "odd payload: the others while one is answered " + std::to_string(status),
            .value = with_it,
            .unit = "/s",
            .against = {{"without it", without, AtLeast(0.9)}}});
  }
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main();
  return 0;
}
