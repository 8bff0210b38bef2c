// How many requests of one identifier become durable in a second, and how soon each: through gRPC,
// by a lethed that only takes in, in a process of its own, as are the server that only answers and
// the rival. Everything runs on this one machine, PostgreSQL and the load included; fsync is on.
//
//   tests/bench/run intake

#include <chrono>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "bench/bench_database.h"
#include "bench/create_requests.h"
#include "bench/load.h"
#include "bench/report.h"
#include "bench/rival.h"
#include "peer.pb.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

using std::chrono::steady_clock;
using Values = std::vector<double>;

LoadParams SubmitToPeer(int port) {
  return {.port = port, .method = "/lethe.bench.peer.Peer/Submit", .message = [](std::int64_t n) {
            peer::SubmitRequest request;
            request.set_account("shop");
            request.set_key(std::to_string(n));
            request.add_identities("user-" + std::to_string(n) + "@example.com");
            return request.SerializeAsString();
          }};
}

/// What one row and its COMMIT take, over a session of its own.
Values CommitSingleRows(const std::string& url) {
  constexpr int kCommits = 1000;
  pqxx::connection connection(url);
  connection.prepare("insert", "insert into single_row (n) values ($1)");
  Values took_ms;
  for (int i = 0; i < kCommits; ++i) {
    const auto began = steady_clock::now();
    pqxx::work work(connection);
    work.exec_prepared("insert", i);
    work.commit();
    const std::chrono::duration<double, std::milli> took = steady_clock::now() - began;
    took_ms.push_back(took.count());
  }
  return took_ms;
}

/// Quantiles of each round.
struct Latencies {
  Values p50, p99;

  void Add(const Values& latencies_ms) {
    p50.push_back(Quantile(latencies_ms, 0.5));
    p99.push_back(Quantile(latencies_ms, 0.99));
  }
};

void Main(int rounds) {
  const BenchDatabase database, rivals_database(test::Schema::kEmpty);
  database.Run("create table single_row (n integer)");
  test::LethedFiles files({.database_url = database.url(), .vendor_url = "http://127.0.0.1:9"});
  const auto lethed = files.StartReady("api");
  const PeerServer empty = PeerServer::Empty();
  const PeerServer rival = PeerServer::Rival("grpc_pgboss", rivals_database.url());
  const auto create = [&] { return CreateRequests(lethed->grpc_port(), 1); };

  Values ours, ours_256, ceiling, ceiling_256, theirs;
  Latencies idle, half, commit;
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(Saturate(create(), 64).per_second);
    ceiling.push_back(Saturate(SubmitToPeer(empty.port()), 64).per_second);
    theirs.push_back(Saturate(SubmitToPeer(rival.port()), 64).per_second);
    ours_256.push_back(Saturate(create(), 256).per_second);
    ceiling_256.push_back(Saturate(SubmitToPeer(empty.port()), 256).per_second);
    idle.Add(Saturate(create(), 1).latency_ms);
    commit.Add(CommitSingleRows(database.url()));
    half.Add(Pace(create(), ours.back() / 2).latency_ms);
  }

  const std::string answers_at_once = "a C++ gRPC server that only answers";
  Report({.measure = "durable requests, 64 calls in flight",
          .value = Median(ours),
          .unit = "/s",
          .against = {{"pg-boss behind gRPC", Median(theirs), AtLeast(10)},
                      {answers_at_once, Median(ceiling), AtLeast(0.4)}}});
  Report({.measure = "durable requests, 256 calls in flight",
          .value = Median(ours_256),
          .unit = "/s",
          .against = {{answers_at_once, Median(ceiling_256), AtLeast(0.5)}}});
  Report({.measure = "latency of a durable request, p50, idle",
          .value = Median(idle.p50),
          .unit = "ms",
          .against = {{"INSERT of one row and COMMIT, p50", Median(commit.p50), AtMost(4)}}});
  Report({.measure = "latency of a durable request, p99, idle",
          .value = Median(idle.p99),
          .unit = "ms",
          .against = {{"INSERT of one row and COMMIT, p99", Median(commit.p99)}}});
  Report({.measure = "latency of a durable request, p50, at half the throughput",
          .value = Median(half.p50),
          .unit = "ms"});
  Report({.measure = "latency of a durable request, p99, at half the throughput",
          .value = Median(half.p99),
          .unit = "ms"});
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main(lethe::bench::Rounds());
  return 0;
}
