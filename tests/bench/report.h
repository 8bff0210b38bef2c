#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lethe::bench {

/// The value in the middle; `values` must not be empty.
double Median(std::vector<double> values);

/// The value that a share of `q`, in [0, 1], does not exceed; `values` must not be empty.
double Quantile(std::vector<double> values, double q);

/// How often to repeat: LETHE_BENCH_ROUNDS, otherwise 3.
int Rounds();

/// What a ratio should come to.
struct Reach {
  enum class Bound { kAtLeast, kAtMost } bound;
  double ratio;
};
inline Reach AtLeast(double ratio) { return {Reach::Bound::kAtLeast, ratio}; }
inline Reach AtMost(double ratio) { return {Reach::Bound::kAtMost, ratio}; }

/// Someone else's figure for the same work in the same run.
struct Against {
  std::string name;
  double value;
  std::optional<Reach> reach = {};  ///< Of ours divided by theirs.
};

/// One measure, with whatever it is compared to. Figures are medians of the program's rounds.
struct Finding {
  std::string measure;  ///< "durable requests, 64 calls in flight"
  double value;
  std::string unit;  ///< "/s"
  std::vector<Against> against = {};
};

/// Prints the finding, and appends it as a line of JSON to the file that LETHE_BENCH_RESULTS names:
/// tests/bench/run makes its table of those.
void Report(const Finding& finding);

}  // namespace lethe::bench
