// What a forgotten transaction does to the queue: somebody's old snapshot keeps every dead row from
// being removed. How long a claim and the recording of its answer take before it is opened, after a
// backlog of 2,000 batches went out under it and after as many single identifiers came and went,
// and when it is closed. fsync is on.
//
//   tests/bench/run pinned

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/world.h"

namespace lethe {
namespace {

using bench::World;
using std::chrono::steady_clock;

constexpr int kSample = 200;
constexpr int kBacklog = 2'000;

struct Times {
  std::vector<double> claim, record;
};

double Since(steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - began).count();
}

void ClaimAndRecord(World& world, milliseconds linger, Times& times) {
  const auto began = steady_clock::now();
  const Claim claim = world.Take(linger);
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
    ClaimAndRecord(world, bench::kLinger, times);
    if (i % 100 == 0) PassWindows(world);
  }
  return times;
}

/// Requests of one identifier, each claimed alone. To be called when nothing else waits.
Times Trickle(World& world, int requests) {
  Times times;
  for (int i = 0; i < requests; ++i) {
    world.Submit();
    ClaimAndRecord(world, milliseconds(0), times);
    if (i % 100 == 0) PassWindows(world);
  }
  return times;
}

void Report(const std::string& when, const Times& times, const Times& before) {
  const auto compare = [&](const std::string& what, std::vector<double> Times::*figure) {
    bench::Report({.measure = what + ", p99, " + when,
                   .value = bench::Quantile(times.*figure, 0.99),
                   .unit = "ms",
                   .against = {{"before the snapshot", bench::Quantile(before.*figure, 0.99)}}});
    bench::Report({.measure = what + ", median, " + when,
                   .value = bench::Median(times.*figure),
                   .unit = "ms",
                   .against = {{"before the snapshot", bench::Median(before.*figure)}}});
  };
  compare("claim", &Times::claim);
  compare("recording an answer", &Times::record);
}

void Main() {
  // Erasures of `shop` are half of what waits.
  World world({.finished = 100'000, .waiting = 800'000, .months = 1});
  Drain(world, kSample);  // Until plans are made and caches warm.
  const Times before = Drain(world, kSample);

  auto snapshot = std::make_unique<pqxx::connection>(world.database().url());
  auto pin = std::make_unique<pqxx::transaction<pqxx::repeatable_read>>(*snapshot);
  pin->exec("select count(*) from slot");
  Drain(world, kBacklog);
  Report("2,000 batches into a snapshot", Drain(world, kSample), before);

  world.database().Run(
      "update batch set state = 'cancelled', reason = 'bench', finished_at = now() "
      "where state = 'ready'");
  Trickle(world, kBacklog);
  Report("2,000 single identifiers later", Trickle(world, kSample), before);

  pin.reset();
  snapshot.reset();
  world.database().Run(
      "vacuum batch, slot, attempt, account_state, accepted_tally, finished_tally");
  Report("single identifiers, snapshot closed", Trickle(world, kSample), before);
}

}  // namespace
}  // namespace lethe

int main() {
  lethe::Main();
  return 0;
}
