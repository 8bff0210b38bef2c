#pragma once

#include <vector>

namespace lethe::bench {

/// A median, and between which bounds the true one lies in 95 of 100 runs.
struct Interval {
  double low;
  double median;
  double high;
};

/// By a percentile bootstrap: the values are drawn anew, with replacement, from a fixed seed. At
/// least one value.
Interval BootstrapMedian(const std::vector<double>& values);

}  // namespace lethe::bench
