// What looking for unlinked identities costs one flush of the committer, COMMIT included: erasures
// by guid, which are never looked up; by identity on an account that never unlinks; and on one that
// does, with a year of demerges behind it. fsync is off.
//
//   build/release/bin/bench_unlinked [FLUSHES]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "runtime/system_clock.h"
#include "store/flush.h"
#include "store/partitions.h"
#include "support/pg_store.h"
#include "support/postgres.h"

namespace lethe {
namespace {

using std::chrono::steady_clock;
using store::SealedRequest;

class Bench {
 public:
  Bench() {
    for (int months = 1; months <= 12; ++months) {
      store_.pool()
          .With([&](pqxx::connection& connection) {
            return store::EnsurePartitions(connection,
                                           clock_.Now() - std::chrono::hours(24 * 30 * months));
          })
          .value();
    }
    session_ = store::Connect(database_.source());
  }

  /// A year of demerges, so that every month's partition has some.
  void MakeHistory(const std::string& account) {
    database_.Run(
        "insert into account_state (account, unlinks_since) values ('" + account +
        "', now()); "
        "create temp table past as select ((extract(epoch from now() - n * interval '8 hours') - "
        "  1577836800) * 1000)::bigint << 22 as envelope from generate_series(1, 1000) as n; "
        "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, "
        "  accepted_at, window_end, finished_at) "
        "select envelope, 0, 99, '" +
        account +
        "', 'demerge', 'identity', 'done', now(), now(), now(), now() from past; "
        "insert into request_item select envelope, envelope, pos, pos, '\\x00', "
        "  sha256((envelope || ':' || pos)::bytea) from past, generate_series(0, 99) as pos; "
        "analyze");
  }

  /// The median of WriteRequests() and its COMMIT, in milliseconds.
  double Flush(const store::Lane& lane, int requests, int items_each, int flushes) {
    std::vector<double> times;
    for (int flush = 0; flush < flushes; ++flush) {
      std::vector<SealedRequest> sealed;
      for (int i = 0; i < requests; ++i) sealed.push_back(Make(lane, items_each));
      std::vector<const SealedRequest*> pointers;
      for (const SealedRequest& request : sealed) pointers.push_back(&request);
      ids_.Prepare(*session_, clock_.Now());
      const auto began = steady_clock::now();
      pqxx::work work(*session_);
      store::WriteRequests(work, pointers, {}, ids_, clock_.Now());
      work.commit();
      times.push_back(
          std::chrono::duration<double, std::milli>(steady_clock::now() - began).count());
    }
    std::ranges::nth_element(times, times.begin() + flushes / 2);
    return times[static_cast<std::size_t>(flushes / 2)];
  }

 private:
  SealedRequest Make(const store::Lane& lane, int items) {
    const auto mac = [&] {
      return store_.keys().Mac(crypto::MacPurpose::kIdentifier, std::to_string(++made_));
    };
    SealedRequest request{.principal = "bench",
                          .lane = lane,
                          .key_hmac = mac(),
                          .payload_hmac = mac(),
                          .items = {},
                          .duplicate_count = 0,
                          .submit_time = {},
                          .due_time = {}};
    for (int i = 0; i < items; ++i) request.items.push_back({i, std::string(60, 's'), mac()});
    return request;
  }

  runtime::SystemClock clock_;
  test::TestDatabase database_;
  test::PgStore store_{database_, clock_};
  store::IdSource ids_{"bench"};
  std::unique_ptr<pqxx::connection> session_;
  int made_ = 0;
};

void Main(int flushes) {
  Bench bench;
  bench.MakeHistory("unlinks");
  for (const auto& [requests, items] : {std::pair(64, 1), std::pair(1, 1000)}) {
    const auto measure = [&, requests = requests, items = items](const char* what,
                                                                 const store::Lane& lane) {
      std::printf("%2d x %4d identifiers, %-28s %7.2f ms\n", requests, items, what,
                  bench.Flush(lane, requests, items, flushes));
    };
    for (int round = 0; round < 3; ++round) {
      measure("not looked up", {"never", Operation::kErasure, IdentifierKind::kGuid});
      measure("an account that never unlinks",
              {"never", Operation::kErasure, IdentifierKind::kIdentity});
      measure("an account that does", {"unlinks", Operation::kErasure, IdentifierKind::kIdentity});
    }
  }
}

}  // namespace
}  // namespace lethe

int main(int argc, char** argv) {
  lethe::Main(argc > 1 ? std::stoi(argv[1]) : 101);
  return 0;
}
