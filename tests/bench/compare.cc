// Two builds of lethed, in turn, under the same load: throughput, and the processor time that an
// identifier costs lethed and PostgreSQL. Both are driven by this build's callers, so only lethed
// differs. fsync is on.
//
//   tests/bench/compare OTHER_CHECKOUT [NAME..]

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/backlog.h"
#include "bench/bench_database.h"
#include "bench/create_requests.h"
#include "bench/interval.h"
#include "bench/load.h"
#include "bench/neutral_vendor.h"
#include "bench/report.h"
#include "bench/usage.h"
#include "support/key_rings.h"
#include "support/lethed_process.h"

namespace lethe::bench {
namespace {

struct Build {
  std::string lethed;    ///< The program.
  std::string key_file;  ///< What its key file says.
};

/// What one build did in one round.
struct Sample {
  double per_second;
  double lethed_cpu_us;    ///< Per identifier.
  double database_cpu_us;  ///< Per identifier.
};

/// A migrated database of its own, and the files of the build that works on it.
class Stage {
 public:
  Stage(const Build& build, test::LethedOptions options) {
    options.lethed = build.lethed;
    options.key_file = build.key_file;
    options.database_url = database_.url();
    files_ = std::make_unique<test::LethedFiles>(options);
    if (const auto migrated = files_->Run("migrate"); migrated.exit_code != 0) {
      throw std::runtime_error("lethed migrate: " + migrated.err);
    }
  }

  BenchDatabase& database() { return database_; }
  test::LethedFiles& files() { return *files_; }

 private:
  BenchDatabase database_{test::Schema::kEmpty};
  std::unique_ptr<test::LethedFiles> files_;
};

Sample Intake(const Build& build, int calls_in_flight, int identifiers_per_request) {
  Stage stage(build, {.database_url = {}, .vendor_url = "http://127.0.0.1:9"});
  auto api = stage.files().StartReady("api");
  const LoadParams load = CreateRequests(api->grpc_port(), identifiers_per_request);
  Saturate(load, calls_in_flight);  // warm
  UsageMeter meter(stage.database());
  const double before = CpuMicros(api->process().pid());
  const LoadResult result = Saturate(load, calls_in_flight);
  const double lethed_cpu = CpuMicros(api->process().pid()) - before;
  api.reset();
  const double identifiers =
      static_cast<double>(result.latency_ms.size()) * identifiers_per_request;
  return {result.per_second * identifiers_per_request, lethed_cpu / identifiers,
          meter.End().cpu_micros / identifiers};
}

Sample Drain(const Build& build, const NeutralVendor& vendor) {
  constexpr int kAccounts = 8;
  constexpr int kIdentifiers = 500'000;
  const test::LethedOptions options{.database_url = {},
                                    .vendor_url = vendor.url(),
                                    .accounts = AccountNames("shop", kAccounts),
                                    .dispatcher = "{senders: 24}",
                                    .sandbox_window = "",
                                    .account_settings = "concurrency: 3"};
  Stage stage(build, options);
  auto api = stage.files().StartReady("api");
  HandOver(
      {.ports = {api->grpc_port()}, .accounts = options.accounts, .identifiers = kIdentifiers});
  api.reset();
  UsageMeter meter(stage.database());
  auto dispatcher = stage.files().Start("dispatcher");
  const double per_second = WaitUntilRecorded(stage.database(), kIdentifiers);
  const double lethed_cpu = CpuMicros(dispatcher->process().pid());
  dispatcher.reset();
  return {per_second, lethed_cpu / kIdentifiers, meter.End().cpu_micros / kIdentifiers};
}

/// Prints the ratio ours / theirs of each round, as a median with its interval. True if it is worse
/// than `bound` beyond the interval.
bool IsWorse(const char* figure, const std::vector<Sample>& ours, const std::vector<Sample>& theirs,
             double Sample::*member, bool more_is_better, double bound) {
  std::vector<double> ratios, mine, others;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ratios.push_back(ours[i].*member / theirs[i].*member);
    mine.push_back(ours[i].*member);
    others.push_back(theirs[i].*member);
  }
  const Interval ratio = BootstrapMedian(ratios);
  const bool worse = more_is_better ? ratio.high < 1 - bound : ratio.low > 1 + bound;
  std::printf("    %-28s %12.5g %12.5g   ratio %.3f (%.3f to %.3f)%s\n", figure, Median(mine),
              Median(others), ratio.median, ratio.low, ratio.high, worse ? "  WORSE" : "");
  return worse;
}

int Main(int argc, char** argv) {
  CLI::App app("compares two builds of lethed");
  Build ours, theirs;
  int macs = 1;
  std::vector<std::string> names;
  int rounds = 9;
  double bound = 0.03;
  app.add_option("--ours", ours.lethed, "A lethed")->required();
  app.add_option("--theirs", theirs.lethed, "The lethed to compare it to")->required();
  app.add_option("--macs", macs, "MAC keys of our ring; the other has one")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
  app.add_option("--rounds", rounds, "How often each is measured")->capture_default_str();
  app.add_option("--bound", bound, "How much worse is bad, as a share")->capture_default_str();
  app.add_option("names", names, "intake, bulk, drain; all if there are none");
  CLI11_PARSE(app, argc, argv);

  std::vector<int> mac_numbers(macs);
  std::iota(mac_numbers.begin(), mac_numbers.end(), 1);
  ours.key_file = test::RingFile({1}, mac_numbers);
  theirs.key_file = test::RingFile({1}, {1});
  const NeutralVendor vendor;
  const std::map<std::string, std::function<Sample(const Build&)>> measures{
      {"intake", [](const Build& build) { return Intake(build, 64, 1); }},
      {"bulk", [](const Build& build) { return Intake(build, 8, 1000); }},
      {"drain", [&](const Build& build) { return Drain(build, vendor); }}};
  if (names.empty()) names = {"intake", "bulk", "drain"};
  bool worse = false;
  for (const std::string& name : names) {
    const auto measure = measures.find(name);
    if (measure == measures.end()) throw std::runtime_error("there is no measure " + name);
    std::vector<Sample> mine, others;
    for (int round = 0; round < rounds; ++round) {
      // By turns, so that a drift of the machine's speed favours neither.
      if (round % 2 == 0) mine.push_back(measure->second(ours));
      others.push_back(measure->second(theirs));
      if (round % 2 == 1) mine.push_back(measure->second(ours));
    }
    std::printf("%s, %d rounds %42s %12s\n", name.c_str(), rounds, "ours", "theirs");
    worse |= IsWorse("identifiers/s", mine, others, &Sample::per_second, true, bound);
    worse |=
        IsWorse("us of lethed / identifier", mine, others, &Sample::lethed_cpu_us, false, bound);
    worse |= IsWorse("us of PostgreSQL / identifier", mine, others, &Sample::database_cpu_us, false,
                     bound);
    std::fflush(stdout);
  }
  return worse ? 1 : 0;
}

}  // namespace
}  // namespace lethe::bench

int main(int argc, char** argv) { return lethe::bench::Main(argc, argv); }
