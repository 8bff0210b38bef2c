#pragma once

#include <functional>
#include <utility>

namespace lethe::runtime {

/// Runs `at_end` when the calling thread ends; replaces what an earlier call gave for the thread.
/// So a test sees that a thread has noticed a stop.
inline void AtEndOfThread(std::function<void()> at_end) {
  struct End {
    std::function<void()> run;
    End() = default;
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    ~End() { run(); }
  };
  thread_local End end;
  end.run = std::move(at_end);
}

}  // namespace lethe::runtime
