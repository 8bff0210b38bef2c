#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace lethe::test {

/// Asks until the condition holds; false if it still does not at the deadline. For processes of
/// their own, which no condition variable reaches.
inline bool Eventually(const std::function<bool()>& condition,
                       std::chrono::seconds deadline = std::chrono::seconds(30)) {
  constexpr std::chrono::milliseconds kBetweenLooks{5};
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace lethe::test
