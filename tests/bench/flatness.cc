// Whether anything gets slower as the history grows: what Lethe asks the database, through the
// classes that ask it, with 100,000 finished items behind it and with 10 million. Calls alternate
// between the two databases, so that whatever disturbs one disturbs the other. fsync is on.
//
//   tests/bench/run flatness
//   LETHE_BENCH_ITEMS    finished items of the long history (10,000,000); a tenth of it waits

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/report.h"
#include "bench/world.h"
#include "store/reading/snapshot.h"
#include "store/review/pg_review_store.h"
#include "store/unlinking/unlinked.h"

namespace lethe {
namespace {

using bench::Must;
using std::chrono::steady_clock;

/// What shapes need besides.
class World : public bench::World {
 public:
  World(std::int64_t finished, int months)
      : bench::World({.finished = finished, .waiting = finished / 10, .months = months}),
        session_(store::Connect(database().source())),
        reopen_(database().url()) {}

  ReviewStore& reviews() { return reviews_; }
  pqxx::connection& session() { return *session_; }

  /// Any group of the history that is an erasure of `shop` and whose windows have passed.
  std::int64_t AnyGroup() {
    std::uniform_int_distribution<std::int64_t> any(0, history().finished_groups() * 9 / 10);
    for (;;) {
      const std::int64_t group = any(random_);
      if (history().IsErasureOfShop(group)) return group;
    }
  }

  /// Lets the windows of ten finished batches pass once more.
  void ReopenWindows() {
    pqxx::nontransaction(reopen_).exec_params(
        "update batch b set state = 'accepted', finished_at = null, window_end = lethe_now() "
        "from request r where r.id = $1 "
        "and b.envelope between r.first_envelope and r.first_envelope + 9 and b.state = 'done'",
        ToInt(history().LargeRequest(AnyGroup())));
  }

  std::optional<Claim> claim;

 private:
  store::PgReviewStore reviews_{pool()};
  std::unique_ptr<pqxx::connection> session_;
  pqxx::connection reopen_;
  std::mt19937_64 random_{1};
};

/// Something that Lethe asks, and what is to be done before and after so that it can be asked
/// again.
struct Shape {
  std::string name;
  std::function<void(World&)> ask;
  std::function<void(World&)> before = [](World&) {};
  bool must_be_flat = true;
};

void List(World& world, std::optional<RequestId> before) {
  const auto page = Must(world.requests().ListRequests({"shop", before, 50}));
  if (page.rows.size() != 50) throw std::runtime_error("a short page of requests");
}

void ListItems(World& world, int after) {
  const RequestId request = world.history().LargeRequest(world.AnyGroup());
  const auto page = Must(world.requests().ListItems({"shop", request, after, 50}));
  if (page.rows.size() != 50) throw std::runtime_error("a short page of items");
}

void Get(World& world, RequestId id) { Must(world.requests().Get("shop", id)); }

std::vector<Shape> Shapes() {
  static const std::vector<Route> routes{{"shop", Operation::kErasure},
                                         {"shop", Operation::kDemerge},
                                         {"shop", Operation::kDisassociation},
                                         {"bank", Operation::kErasure}};
  return {
      {"submit one identifier", [](World& w) { w.Submit(); }},
      {"submit 100 identifiers", [](World& w) { w.Submit(bench::kErase, 100); }},
      {"poll: what is sendable",
       [](World& w) { Must(w.queue().Sendable(routes, bench::kLinger)); }},
      {"poll: held refusals", [](World& w) { Must(w.queue().RefusalCases({})); }},
      {"poll: held for order", [](World& w) { Must(w.queue().ReleaseHeld(100)); }},
      {"claim of 100", [](World& w) { w.claim = w.Take(); }},
      {"giving a claim back", [](World& w) { Must(w.queue().Release(*w.claim)); }},
      {"window pass, ten batches",
       [](World& w) {
         if (Must(w.queue().CloseWindows(w.clock().Now(), 10)) == 0) {
           throw std::runtime_error("no window passed");
         }
       },
       [](World& w) { w.ReopenWindows(); }},
      {"Get, 10 identifiers", [](World& w) { Get(w, w.history().SmallRequest(w.AnyGroup())); }},
      {"Get, 100 identifiers", [](World& w) { Get(w, w.history().MiddleRequest(w.AnyGroup())); }},
      {"Get, 1,000 identifiers", [](World& w) { Get(w, w.history().LargeRequest(w.AnyGroup())); }},
      {"look-up of one digest",
       [](World& w) {
         pqxx::nontransaction work(w.session());
         const std::int64_t group = w.AnyGroup();
         store::FindUnlinked(
             work, {{w.history().MiddleRequest(group), "shop", w.history().MiddleItems(group)}},
             {0, 0}, [](RequestId, int) {});
       }},
      {"List of requests, newest 50", [](World& w) { List(w, {}); }},
      {"List of requests, 50 of long ago",
       [](World& w) { List(w, w.history().LargeRequest(w.history().finished_groups() / 10)); }},
      {"List of items, first 50", [](World& w) { ListItems(w, -1); }},
      {"List of items, last 50", [](World& w) { ListItems(w, 949); }},
      {"List of reviews",
       [](World& w) {
         Must(w.reviews().ListReviews({.account = "shop", .after = {}, .page_size = 50}));
       }},
      {"gauges", [](World& w) { store::TakeSnapshot(w.session()); }, [](World&) {}, false}};
}

double Time(const Shape& shape, World& world) {
  shape.before(world);
  const auto began = steady_clock::now();
  shape.ask(world);
  return std::chrono::duration<double, std::milli>(steady_clock::now() - began).count();
}

void Main(std::int64_t items, int rounds) {
  constexpr std::int64_t kShort = 100'000;
  constexpr int kCalls = 200;
  World small(kShort, 1);
  World large(items, 12);
  const std::vector<Shape> shapes = Shapes();
  std::vector<std::vector<double>> small_times(shapes.size()), large_times(shapes.size());
  for (int round = 0; round <= rounds; ++round) {
    for (int call = 0; call < kCalls; ++call) {
      for (std::size_t i = 0; i < shapes.size(); ++i) {
        const double in_small = Time(shapes[i], small), in_large = Time(shapes[i], large);
        if (round == 0) continue;  // Until plans are made and caches warm.
        small_times[i].push_back(in_small);
        large_times[i].push_back(in_large);
      }
    }
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto reach = shapes[i].must_be_flat ? std::optional(bench::AtMost(1.5)) : std::nullopt;
    bench::Report(
        {.measure = shapes[i].name + ", p99 with " + std::to_string(items) + " finished items",
         .value = bench::Quantile(large_times[i], 0.99),
         .unit = "ms",
         .against = {{"with 100,000", bench::Quantile(small_times[i], 0.99), reach}}});
    std::printf("    medians: %.3f ms, %.3f ms\n", bench::Median(large_times[i]),
                bench::Median(small_times[i]));
  }
}

}  // namespace
}  // namespace lethe

int main() {
  const char* items = std::getenv("LETHE_BENCH_ITEMS");
  lethe::Main(items == nullptr ? 10'000'000 : std::stoll(items), lethe::bench::Rounds());
  return 0;
}
