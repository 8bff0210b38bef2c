// How many identifiers become durable in a second when they come a thousand to a request: through
// gRPC, by a lethed that only takes in, next to what the rivals insert in thousands without any
// server in front, and to COPY of the same rows into the same tables. fsync is on.
//
//   tests/bench/run bulk

#include <sodium.h>

#include <chrono>
#include <pqxx/pqxx>
#include <string>
#include <tuple>
#include <vector>

#include "bench/bench_database.h"
#include "bench/create_requests.h"
#include "bench/load.h"
#include "bench/report.h"
#include "bench/rival.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

constexpr int kIdentifiersPerRequest = 1000;
constexpr int kCallsInFlight = 8;
constexpr int kRivalIdentifiers = 100'000;

/// What Lethe writes for requests of a thousand identifiers, through COPY: envelopes of a hundred,
/// five requests to a transaction.
class CopyCeiling {
 public:
  explicit CopyCeiling(const test::TestDatabase& database) : session_(database.url()) {
    pqxx::nontransaction work(session_);
    next_id_ = work.exec1("select coalesce(max(id), 0) + 1000000 from request")[0].as<long>();
  }

  double IdentifiersPerSecond(int transactions) {
    constexpr int kRequests = 5;
    using Clock = std::chrono::steady_clock;
    Clock::duration took{};
    for (int i = 0; i < transactions; ++i) {
      const auto rows = Make(kRequests);
      const auto began = Clock::now();
      Copy(rows);
      took += Clock::now() - began;
    }
    return transactions * kRequests * kIdentifiersPerRequest /
           std::chrono::duration<double>(took).count();
  }

 private:
  struct Rows {
    std::vector<std::tuple<std::string, std::string, long, std::string, std::string>> keys;
    std::vector<
        std::tuple<long, int, int, std::string, std::string, std::string, std::string, std::string>>
        batches;
    std::vector<std::tuple<long, std::string, std::string, std::string, std::string, std::string,
                           int, int, long, int, int>>
        requests;
    std::vector<std::tuple<long, long, int, int, std::string, std::string>> items;
  };

  static std::string RandomBytes(std::size_t size) {
    std::string bytes(size, '\0'), hex(2 * size + 1, '\0');
    randombytes_buf(bytes.data(), size);
    sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                   size);
    hex.pop_back();
    return "\\x" + hex;
  }

  Rows Make(int requests) {
    constexpr int kPerEnvelope = 100;
    constexpr int kEnvelopes = kIdentifiersPerRequest / kPerEnvelope;
    constexpr char kNow[] = "now";
    Rows rows;
    for (int r = 0; r < requests; ++r) {
      const long request = ++next_id_;
      const long first_envelope = next_id_ + 1;
      rows.keys.emplace_back("anonymous", RandomBytes(20), request, RandomBytes(20), kNow);
      rows.requests.emplace_back(request, "shop", "erasure", "identity", "anonymous", kNow,
                                 kIdentifiersPerRequest, 0, first_envelope, 0, kEnvelopes);
      for (int e = 0; e < kEnvelopes; ++e) {
        const long envelope = ++next_id_;
        rows.batches.emplace_back(envelope, 0, kPerEnvelope - 1, "shop", "erasure", "identity",
                                  "ready", kNow);
        for (int pos = 0; pos < kPerEnvelope; ++pos) {
          rows.items.emplace_back(envelope, request, pos, e * kPerEnvelope + pos, RandomBytes(70),
                                  RandomBytes(20));
        }
      }
    }
    return rows;
  }

  void Copy(const Rows& rows) {
    pqxx::work work(session_);
    Stream(work, "idempotency_key", rows.keys,
           {"principal", "key_hmac", "request_id", "payload_hmac", "create_time"});
    Stream(work, "batch", rows.batches,
           {"envelope", "lo", "hi", "account", "operation", "kind", "state", "opened_at"});
    Stream(work, "request", rows.requests,
           {"id", "account", "operation", "kind", "principal", "create_time", "item_count",
            "duplicate_count", "first_envelope", "first_pos", "envelope_count"});
    Stream(work, "request_item", rows.items,
           {"envelope", "request_id", "pos", "ordinal", "sealed", "digest"});
    work.commit();
  }

  template <typename Row>
  static void Stream(pqxx::work& work, const std::string& table, const std::vector<Row>& rows,
                     const std::vector<std::string>& columns) {
    pqxx::stream_to stream(work, table, columns);
    for (const Row& row : rows) stream << row;
    stream.complete();
  }

  pqxx::connection session_;
  long next_id_ = 0;
};

void Main(int rounds) {
  const BenchDatabase database, rivals_database(test::Schema::kEmpty);
  test::LethedFiles files({.database_url = database.url(), .vendor_url = "http://127.0.0.1:9"});
  const auto lethed = files.StartReady("api");
  const auto bulk = [&](const std::string& rival, const std::string& inserts_at_a_time) {
    return RunRival(rival, {rivals_database.url(), "bulk", std::to_string(kRivalIdentifiers),
                            inserts_at_a_time});
  };

  std::vector<double> ours, copy, pgboss, pgboss_2, graphile, graphile_2;
  for (int round = 0; round < rounds; ++round) {
    const LoadResult load =
        Saturate(CreateRequests(lethed->grpc_port(), kIdentifiersPerRequest), kCallsInFlight);
    ours.push_back(kIdentifiersPerRequest * load.per_second);
    copy.push_back(CopyCeiling(database).IdentifiersPerSecond(40));
    pgboss.push_back(bulk("pgboss", "1"));
    pgboss_2.push_back(bulk("pgboss", "2"));
    graphile.push_back(bulk("graphile", "1"));
    graphile_2.push_back(bulk("graphile", "2"));
  }
  Report({.measure = "durable identifiers, 1,000 to a request",
          .value = Median(ours),
          .unit = "/s",
          .against = {{"pg-boss, one insert of 1,000 after the other", Median(pgboss), AtLeast(2)},
                      {"pg-boss, two at a time", Median(pgboss_2)},
                      {"graphile-worker, one addJobs of 1,000 after the other", Median(graphile),
                       AtLeast(2)},
                      {"graphile-worker, two at a time", Median(graphile_2)},
                      {"COPY into the same tables", Median(copy), AtLeast(0.6)}}});
}

}  // namespace
}  // namespace lethe::bench

int main() {
  lethe::bench::Main(lethe::bench::Rounds());
  return 0;
}
