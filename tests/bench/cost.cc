// What one identifier costs over its whole life, from a gRPC call to the end of CleverTap's window:
// write-ahead log, rows, CPU. Next to a mutable row an identifier in the same run: River's table.
// Both vacuum at the end; fsync is on.
//
//   tests/bench/run cost

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/bench_database.h"
#include "bench/report.h"
#include "bench/river_table.h"
#include "bench/usage.h"
#include "crypto/key_ring.h"
#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"

namespace lethe {
namespace {

using bench::RiverTable;
using bench::Usage;
using Identities = std::vector<std::string>;

/// How identifiers come.
struct Load {
  std::string name;
  int requests;
  int identifiers;  ///< Of a request.
  int callers;
  bool alone;  ///< The next request comes when the last one was sent: nobody shares an envelope.
  std::optional<bench::Reach> reach;

  int total() const { return requests * identifiers; }
};

Identities PeopleOf(const Load& load, int request) {
  return test::MakeIdentifiers(test::Ask::kEraseIdentities, request * load.identifiers,
                               load.identifiers);
}

struct Cost {
  Usage database;
  double lethed_cpu_micros = 0;
};

class LethedUnderLoad {
 public:
  Cost Run(const Load& load) {
    bench::UsageMeter meter(database_);
    const double cpu_before = bench::CpuMicros(lethed_->process().pid());
    HandOver(load);
    WaitUntilDone(load);
    const double cpu = bench::CpuMicros(lethed_->process().pid()) - cpu_before;
    lethed_.reset();
    return {meter.End(), cpu};
  }

 private:
  void HandOver(const Load& load) {
    std::atomic<int> next{0};
    std::vector<std::thread> callers;
    callers.reserve(static_cast<std::size_t>(load.callers));
    for (int i = 0; i < load.callers; ++i) {
      callers.emplace_back([&] {
        const test::ApiClient client(port_);
        for (int request = next++; request < load.requests; request = next++) {
          Create(client, load, request);
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }

  void Create(const test::ApiClient& client, const Load& load, int request) {
    const auto answer =
        client.Create(test::MakeRequest("shop", "key-" + std::to_string(request),
                                        test::Ask::kEraseIdentities, PeopleOf(load, request)));
    if (!answer.ok()) throw std::runtime_error(answer.status.error_message());
    if (!load.alone) return;
    if (!test::Eventually([&] { return Sent() > request; })) {
      throw std::runtime_error("a request is not sent in time");
    }
  }

  std::int64_t Sent() const { return sandbox_->GetReport().total.distinct_identifiers; }

  /// Asks the database as little as it can, for that costs too.
  void WaitUntilDone(const Load& load) const {
    const auto sent = [&] { return Sent() == load.total(); };
    pqxx::connection connection(database_.owner_url());
    connection.prepare(
        "unfinished",
        "select from batch where state not in ('done', 'rejected', 'cancelled') limit 1");
    const auto done = [&] {
      return pqxx::nontransaction(connection).exec_prepared("unfinished").empty();
    };
    if (!test::Eventually(sent, std::chrono::minutes(2)) || !test::Eventually(done)) {
      throw std::runtime_error("the identifiers are not done in time");
    }
  }

  bench::BenchDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  test::LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<test::Lethed> lethed_ = files_.StartReady();
  const int port_ = lethed_->grpc_port();
};

Cost RunRiver(const Load& load, RiverTable::Indexes indexes) {
  constexpr int kFetch = 100;
  const bench::BenchDatabase database(test::Schema::kEmpty);
  RiverTable river(database, indexes);
  const auto keys = crypto::KeyRing::Parse(crypto::KeyRing::GenerateFile()).value();
  bench::UsageMeter meter(database);
  for (int request = 0; request < load.requests; ++request) {
    Identities unique;
    if (load.identifiers == 1) {
      unique.push_back(
          keys.OldestMac(crypto::MacPurpose::kIdempotencyKey, std::to_string(request)));
    }
    river.Insert(PeopleOf(load, request), unique);
    if (load.alone) river.Work(kFetch);
  }
  while (river.Work(kFetch) > 0) continue;
  return {meter.End()};
}

struct Costs {
  std::vector<double> wal, full_pages, rows, dead, database_cpu, lethed_cpu;

  void Add(const Cost& cost, const Load& load) {
    const double n = load.total();
    wal.push_back(cost.database.wal_bytes / n);
    full_pages.push_back(cost.database.full_page_bytes / n);
    rows.push_back(cost.database.rows_written / n);
    dead.push_back(cost.database.dead_rows / n);
    database_cpu.push_back(cost.database.cpu_micros / n);
    lethed_cpu.push_back(cost.lethed_cpu_micros / n);
  }
};

void Report(const Load& load, const Costs& lethe, const Costs& river, const Costs& no_gin) {
  using bench::Median;
  const auto compare = [&](const std::string& what, const std::string& unit,
                           std::vector<double> Costs::*figure,
                           std::optional<bench::Reach> reach = {}) {
    bench::Report({.measure = what + " per identifier, " + load.name,
                   .value = Median(lethe.*figure),
                   .unit = unit,
                   .against = {{"a row an identifier, River's table", Median(river.*figure), reach},
                               {"the same without its GIN indexes", Median(no_gin.*figure)}}});
  };
  compare("WAL", "B", &Costs::wal, load.reach);
  std::printf("    of it whole pages after a checkpoint: %.1f B, theirs %.1f B\n",
              Median(lethe.full_pages), Median(river.full_pages));
  compare("rows written", "", &Costs::rows);
  compare("dead rows", "", &Costs::dead);
  if (load.alone) return;  // Most of the CPU goes into polling every 20 ms, which nobody needs.
  compare("CPU of PostgreSQL", "us", &Costs::database_cpu);
  bench::Report({.measure = "CPU of lethed per identifier, " + load.name,
                 .value = Median(lethe.lethed_cpu),
                 .unit = "us"});
}

void Main(int rounds) {
  const std::vector<Load> loads{
      {"requests of 1,000", 50, 1000, 4, false, bench::AtMost(1.0 / 3)},
      {"requests of one, 64 callers", 10'000, 1, 64, false, bench::AtMost(0.5)},
      {"requests of one, each sent alone", 200, 1, 1, true, {}}};
  for (const Load& load : loads) {
    Costs lethe, river, no_gin;
    for (int round = 0; round < rounds; ++round) {
      lethe.Add(LethedUnderLoad().Run(load), load);
      river.Add(RunRiver(load, RiverTable::Indexes::kAll), load);
      no_gin.Add(RunRiver(load, RiverTable::Indexes::kNoGin), load);
    }
    Report(load, lethe, river, no_gin);
  }
}

}  // namespace
}  // namespace lethe

int main() {
  lethe::Main(lethe::bench::Rounds());
  return 0;
}
