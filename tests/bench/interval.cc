#include "bench/interval.h"

#include <random>

#include "bench/report.h"

namespace lethe::bench {

Interval BootstrapMedian(const std::vector<double>& values) {
  constexpr int kResamples = 10'000;
  std::mt19937 random{20'261'129};
  std::uniform_int_distribution<std::size_t> draw(0, values.size() - 1);
  std::vector<double> medians, sample(values.size());
  medians.reserve(kResamples);
  for (int i = 0; i < kResamples; ++i) {
    for (double& value : sample) value = values[draw(random)];
    medians.push_back(Median(sample));
  }
  return {Quantile(medians, 0.025), Median(values), Quantile(medians, 0.975)};
}

}  // namespace lethe::bench
