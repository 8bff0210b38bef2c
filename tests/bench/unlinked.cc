// What looking for unlinked identities costs one flush of the committer, COMMIT included: erasures
// by guid, which are never looked up; by identity on an account that never unlinks; and on one that
// does, with a year of demerges behind it. fsync is off.
//
//   build/release/bin/bench_unlinked [FLUSHES]

#include <algorithm>
#include <array>
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

  /// WriteRequests() and its COMMIT, in milliseconds.
  double Flush(const store::Lane& lane, int requests, int items_each) {
    std::vector<SealedRequest> sealed(static_cast<std::size_t>(requests));
    std::ranges::generate(sealed, [&] { return Make(lane, items_each); });
    std::vector<const SealedRequest*> pointers(sealed.size());
    std::ranges::transform(sealed, pointers.begin(), [](const auto& request) { return &request; });
    ids_.Prepare(*session_, clock_.Now());
    const auto began = steady_clock::now();
    pqxx::work work(*session_);
    store::WriteRequests(work, pointers, {}, ids_, clock_.Now());
    work.commit();
    return std::chrono::duration<double, std::milli>(steady_clock::now() - began).count();
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

struct Subject {
  const char* what;
  store::Lane lane;
  std::vector<double> times = {};
};

/// What disturbs a run only makes it slower: the fast ones tell most.
double FastestTenth(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 10];
}

void Main(int flushes) {
  Bench bench;
  bench.MakeHistory("unlinks");
  for (const auto& [requests, items] : {std::pair(64, 1), std::pair(1, 1000)}) {
    std::array subjects{
        Subject{"not looked up", {"never", Operation::kErasure, IdentifierKind::kGuid}},
        Subject{"an account that never unlinks",
                {"never", Operation::kErasure, IdentifierKind::kIdentity}},
        Subject{"an account that does",
                {"unlinks", Operation::kErasure, IdentifierKind::kIdentity}}};
    for (int flush = 0; flush < flushes; ++flush) {
      for (Subject& subject : subjects) {
        subject.times.push_back(bench.Flush(subject.lane, requests, items));
      }
    }
    for (const Subject& subject : subjects) {
      std::printf("%2d x %4d identifiers, %-30s %6.2f ms\n", requests, items, subject.what,
                  FastestTenth(subject.times));
    }
  }
}

}  // namespace
}  // namespace lethe

int main(int argc, char** argv) {
  lethe::Main(argc > 1 ? std::stoi(argv[1]) : 101);
  return 0;
}
