// What a lethed takes and how soon it is there: its memory when all goes well, when CleverTap is
// down and when the database is slow; the time to its first answer; and the time to catch up after
// CleverTap was away for an hour.
//
//   tests/bench/run footprint

#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/backlog.h"
#include "bench/bench_database.h"
#include "bench/neutral_vendor.h"
#include "bench/report.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kAccounts = 8;
constexpr int kConcurrency = 3;

test::LethedOptions Options(const BenchDatabase& database, const NeutralVendor& vendor) {
  return {.database_url = database.url(),
          .vendor_url = vendor.url(),
          .accounts = AccountNames("shop", kAccounts),
          .sandbox_window = "",
          .account_settings = "concurrency: " + std::to_string(kConcurrency)};
}

double SecondsSince(steady_clock::time_point began) {
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

/// The most that was resident at any time, in MiB.
double PeakMemory(test::Lethed& lethed) {
  std::ifstream status("/proc/" + std::to_string(lethed.process().pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  throw std::runtime_error("no VmHWM of lethed");
}

double MemoryUnderLoad(const NeutralVendor& vendor) {
  constexpr int kIdentifiers = 200'000;
  const BenchDatabase database;
  const auto options = Options(database, vendor);
  test::LethedFiles files(options);
  const auto lethed = files.StartReady();
  HandOver(
      {.ports = {lethed->grpc_port()}, .accounts = options.accounts, .identifiers = kIdentifiers});
  WaitUntilRecorded(database, kIdentifiers);
  return PeakMemory(*lethed);
}

/// 64 callers with 1,000 identifiers each are more than may wait; whoever is told to come back
/// does.
double MemoryWithASlowDatabase(const NeutralVendor& vendor) {
  constexpr int kCallers = 64;
  constexpr std::chrono::seconds kHowLong{10};
  const BenchDatabase database;
  database.Run(
      "create function rest() returns trigger language plpgsql as "
      "$$ begin perform pg_sleep(1); return null; end $$; "
      "create trigger rest after insert on idempotency_key for each statement "
      "execute function rest()");
  const auto options = Options(database, vendor);
  test::LethedFiles files(options);
  const auto lethed = files.StartReady();
  const auto end = steady_clock::now() + kHowLong;
  std::atomic<int> refused{0};
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      const test::ApiClient client(lethed->grpc_port());
      for (int call = 0; steady_clock::now() < end; ++call) {
        const int first = (call * kCallers + caller) * 1000;
        const auto request = test::MakeRequest(
            options.accounts.front(), std::to_string(first), test::Ask::kEraseIdentities,
            test::MakeIdentifiers(test::Ask::kEraseIdentities, first, 1000));
        if (client.Create(request).code() == grpc::StatusCode::RESOURCE_EXHAUSTED) ++refused;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  if (refused == 0) throw std::runtime_error("the waiting line was never full");
  return PeakMemory(*lethed);
}

/// From the start of the process to the answer to a request that is durable.
double SecondsToFirstAnswer(const NeutralVendor& vendor) {
  const BenchDatabase database;
  test::LethedFiles files(Options(database, vendor));
  const auto began = steady_clock::now();
  const auto lethed = files.Start();
  const test::ApiClient client(lethed->grpc_port());
  const auto request =
      test::MakeRequest("shop-1", "first", test::Ask::kEraseIdentities, {"user-1@example.com"});
  if (!test::Eventually([&] { return client.Create(request).ok(); })) {
    throw std::runtime_error("lethed does not answer: " + lethed->process().out());
  }
  return SecondsSince(began);
}

struct Outage {
  double memory;    ///< Before CleverTap was back, in MiB.
  double catch_up;  ///< Seconds from then until 99 % were recorded.
};

/// An hour's requests of 28 identifiers a second have piled up. As after an hour, every slot rests
/// for up to a minute; the few batches that were tried all the while rest longer, up to ten
/// minutes.
Outage RideOut(NeutralVendor& vendor) {
  constexpr int kIdentifiers = 100'000;
  const BenchDatabase database;
  const auto options = Options(database, vendor);
  test::LethedFiles files(options);
  const auto lethed = files.StartReady();
  vendor.Stop();
  HandOver(
      {.ports = {lethed->grpc_port()}, .accounts = options.accounts, .identifiers = kIdentifiers});
  const auto count = [&](const std::string& sql) { return database.Run(sql)[0][0].as<int>(); };
  if (!test::Eventually([&] {
        return count("select count(*) from slot where setbacks > 0") == kAccounts * kConcurrency;
      })) {
    throw std::runtime_error("not every slot has found out that CleverTap is down");
  }
  const double memory = PeakMemory(*lethed);
  database.Run(
      "update slot set setbacks = 60, cool_down_until = lethe_now() + (30 + 30 * random()) * "
      "interval '1 second' where setbacks > 0");
  vendor.Start();
  const auto began = steady_clock::now();
  while (count("select coalesce(sum(hi - lo + 1), 0) from batch where state = 'accepted'") <
         kIdentifiers * 99 / 100) {
    if (SecondsSince(began) > 180) throw std::runtime_error("lethed does not catch up");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return {memory, SecondsSince(began)};
}

void Main(int rounds) {
  NeutralVendor vendor;
  std::vector<double> load, slow, first_answer;
  for (int round = 0; round < rounds; ++round) {
    load.push_back(MemoryUnderLoad(vendor));
    slow.push_back(MemoryWithASlowDatabase(vendor));
    first_answer.push_back(SecondsToFirstAnswer(vendor));
  }
  const Outage outage = RideOut(vendor);
  Report(
      {.measure = "memory: 200,000 identifiers in and out", .value = Median(load), .unit = "MiB"});
  Report({.measure = "memory: the database slow and the waiting line full",
          .value = Median(slow),
          .unit = "MiB"});
  Report({.measure = "memory: CleverTap down, 100,000 identifiers wait",
          .value = outage.memory,
          .unit = "MiB"});
  Report({.measure = "start-up: until a request is durable and answered",
          .value = Median(first_answer),
          .unit = "s"});
  Report({.measure = "catch-up: 100,000 identifiers of an hour's outage, to 99 %",
          .value = outage.catch_up,
          .unit = "s"});
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main(lethe::bench::Rounds());
  return 0;
}
