#pragma once

#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/labels.h>

#include <map>

namespace lethe::telemetry {

/// Gauges that are set together: a series that is not named any more falls to zero instead of
/// staying at what it was. Not thread-safe.
class GaugeSet {
 public:
  using Values = std::map<prometheus::Labels, double>;

  explicit GaugeSet(prometheus::Family<prometheus::Gauge>& family) : family_(family) {}

  void Replace(const Values& values) {
    for (const auto& [labels, gauge] : series_) {
      if (!values.contains(labels)) gauge->Set(0);
    }
    for (const auto& [labels, value] : values) {
      prometheus::Gauge*& gauge = series_[labels];
      if (gauge == nullptr) gauge = &family_.Add(labels);
      gauge->Set(value);
    }
  }

 private:
  prometheus::Family<prometheus::Gauge>& family_;
  std::map<prometheus::Labels, prometheus::Gauge*> series_;
};

}  // namespace lethe::telemetry
