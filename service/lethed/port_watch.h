#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "runtime/loop.h"

namespace lethe {

/// Looks again and again whether the gRPC port answers. Thread-safe.
class PortWatch {
 public:
  /// One miss may be a busy moment. With a look each kEvery a port that is silent is known within
  /// half a minute.
  static constexpr int kMisses = 3;
  static constexpr milliseconds kEvery{5'000};

  /// `answers` calls the port as a caller would.
  explicit PortWatch(std::function<bool()> answers) : answers_(std::move(answers)) {}

  runtime::Next Look() {
    misses_ = answers_() ? 0 : misses_ + 1;
    return runtime::Next::kWait;
  }

  /// Whether the port did not answer kMisses times in a row.
  bool silent() const { return misses_ >= kMisses; }

 private:
  const std::function<bool()> answers_;
  std::atomic<int> misses_ = 0;
};

}  // namespace lethe
