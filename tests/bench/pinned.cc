// What a forgotten transaction does to the queue: somebody's old snapshot keeps every dead row from
// being removed. How long a claim and the recording of its answer take before it is opened, under
// it when an account has made 2,000 calls, and when it is closed: for a backlog of full batches,
// and for identifiers that come one by one. fsync is on.
//
//   tests/bench/run pinned

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/report.h"
#include "bench/world.h"

namespace lethe {
namespace {

using bench::World;
using std::chrono::steady_clock;

constexpr int kSample = 200;
constexpr int kCalls = 2'000;

struct Times {
  std::vector<double> claim, record;
};

double Since(steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - began).count();
}

void ClaimAndRecord(World& world, const Route& route, milliseconds linger, Times& times) {
  const auto began = steady_clock::now();
  const Claim claim = world.Take(route, linger);
  times.claim.push_back(Since(began));
  const auto taken = steady_clock::now();
  world.Accept(claim);
  times.record.push_back(Since(taken));
}

void PassWindows(World& world) {
  while (bench::Must(world.queue().CloseWindows(world.clock().Now(), 100)) > 0) continue;
}

Times Drain(World& world, int batches) {
  Times times;
  for (int i = 0; i < batches; ++i) {
    ClaimAndRecord(world, bench::kErase, bench::kLinger, times);
    if (i % 100 == 0) PassWindows(world);
  }
  return times;
}

/// Requests of one identifier, each claimed alone.
Times Trickle(World& world, int requests) {
  Times times;
  for (int i = 0; i < requests; ++i) {
    world.Submit(bench::kEraseOfNews);
    ClaimAndRecord(world, bench::kEraseOfNews, milliseconds(0), times);
    if (i % 100 == 0) PassWindows(world);
  }
  return times;
}

void Report(const std::string& what, const std::string& when, const Times& times,
            const Times& before) {
  const auto compare = [&](const std::string& step, std::vector<double> Times::*figure) {
    for (const auto& [name, q] : {std::pair("median", 0.5), std::pair("p99", 0.99)}) {
      bench::Report({.measure = step + ", " + what + ", " + when + ", " + name,
                     .value = bench::Quantile(times.*figure, q),
                     .unit = "ms",
                     .against = {{"before the snapshot", bench::Quantile(before.*figure, q)}}});
    }
  };
  compare("claim", &Times::claim);
  compare("recording an answer", &Times::record);
}

void Main() {
  // More than half of what waits are erasures of `shop`.
  World world({.finished = 100'000, .waiting = 800'000, .months = 1});
  Drain(world, kSample);  // Until plans are made and caches warm.
  Trickle(world, kSample);
  const Times drain_before = Drain(world, kSample);
  const Times trickle_before = Trickle(world, kSample);

  auto session = std::make_unique<pqxx::connection>(world.database().url());
  auto snapshot = std::make_unique<pqxx::transaction<pqxx::repeatable_read>>(*session);
  snapshot->exec("select count(*) from slot");
  Drain(world, kCalls);
  Trickle(world, kCalls);
  const std::string under = std::to_string(kCalls) + " calls of the account into a snapshot";
  Report("100 identifiers", under, Drain(world, kSample), drain_before);
  Report("one identifier", under, Trickle(world, kSample), trickle_before);

  snapshot.reset();
  session.reset();
  world.database().Run("vacuum");
  Report("100 identifiers", "snapshot closed", Drain(world, kSample), drain_before);
  Report("one identifier", "snapshot closed", Trickle(world, kSample), trickle_before);
}

}  // namespace
}  // namespace lethe

int main() {
  lethe::Main();
  return 0;
}
