#include "bench/report.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace lethe::bench {
namespace {

bool IsMet(const Reach& reach, double ratio) {
  return reach.bound == Reach::Bound::kAtLeast ? ratio >= reach.ratio : ratio <= reach.ratio;
}

nlohmann::json ToJson(const Against& against, double ours) {
  const double ratio = ours / against.value;
  nlohmann::json json{{"name", against.name}, {"value", against.value}, {"ratio", ratio}};
  if (against.reach) {
    const bool at_least = against.reach->bound == Reach::Bound::kAtLeast;
    json["reach"] = {{at_least ? "at_least" : "at_most", against.reach->ratio}};
    json["met"] = IsMet(*against.reach, ratio);
  }
  return json;
}

}  // namespace

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

double Quantile(std::vector<double> values, double q) {
  const auto rank = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank),
                   values.end());
  return values[rank];
}

int Rounds() {
  const char* rounds = std::getenv("LETHE_BENCH_ROUNDS");
  return rounds == nullptr ? 3 : std::stoi(rounds);
}

void Report(const Finding& finding) {
  nlohmann::json json{{"measure", finding.measure},
                      {"value", finding.value},
                      {"unit", finding.unit},
                      {"against", nlohmann::json::array()}};
  std::printf("%-60s %12.6g %s\n", finding.measure.c_str(), finding.value, finding.unit.c_str());
  for (const Against& against : finding.against) {
    const nlohmann::json compared = ToJson(against, finding.value);
    std::printf("    %-56s %12.6g %s, ratio %.3g%s\n", against.name.c_str(), against.value,
                finding.unit.c_str(), finding.value / against.value,
                compared.contains("met") ? (compared["met"] ? ": met" : ": NOT met") : "");
    json["against"].push_back(compared);
  }
  std::fflush(stdout);
  if (const char* path = std::getenv("LETHE_BENCH_RESULTS")) {
    std::ofstream(path, std::ios::app) << json.dump() << "\n";
  }
}

}  // namespace lethe::bench
