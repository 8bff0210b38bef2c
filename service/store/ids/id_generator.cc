#include "store/ids/id_generator.h"

#include <algorithm>
#include <chrono>

namespace lethe::store {
namespace {

constexpr std::chrono::sys_days kEpoch = std::chrono::year(2020) / 1 / 1;

}  // namespace

std::int64_t IdMillis(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time - kEpoch).count();
}

std::int64_t IdFloor(TimePoint time) { return IdMillis(time) << (kNodeBits + kSequenceBits); }

std::optional<std::int64_t> IdGenerator::Next(std::int64_t now_ms, int count) {
  std::int64_t ms = last_ms_;
  int sequence = next_sequence_;
  if (now_ms > ms) {
    ms = now_ms;
    sequence = 0;
  } else if (sequence + count > kMaxConsecutiveIds) {
    ms += 1;  // Ahead of the clock for a moment, rather than waiting for it.
    sequence = 0;
  }
  if (ms >= reserved_until_ms_) return std::nullopt;
  last_ms_ = ms;
  next_sequence_ = sequence + count;
  return (((ms << kNodeBits) | node_) << kSequenceBits) | sequence;
}

}  // namespace lethe::store
