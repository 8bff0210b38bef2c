#include <algorithm>
#include <chrono>

#include "lethe/decision.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kFirstDelay = 1s;
constexpr milliseconds kLongestDelay = 10min;

}  // namespace

milliseconds RetryDelay(int failures, double jitter) {
  constexpr int kMostDoublings = 10;
  const int doublings = std::clamp(failures - 1, 0, kMostDoublings);
  const milliseconds half = std::min(kFirstDelay * (1 << doublings), kLongestDelay) / 2;
  return half + std::chrono::duration_cast<milliseconds>(half * jitter);
}

}  // namespace lethe
