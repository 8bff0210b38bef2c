#pragma once

#include <cstdint>
#include <optional>

#include "lethe/time.h"

namespace lethe::store {

/// An id is 41 bits of milliseconds since 2020-01-01 UTC, 10 bits of node number, 12 bits of
/// sequence: sorted by id is sorted by time, and a month of ids is a range that a partition can
/// hold.
inline constexpr int kSequenceBits = 12;
inline constexpr int kNodeBits = 10;
inline constexpr int kMaxNode = (1 << kNodeBits) - 1;
inline constexpr int kMaxConsecutiveIds = 1 << kSequenceBits;

/// Milliseconds since 2020-01-01 UTC.
std::int64_t IdMillis(TimePoint time);

/// The smallest id that a process can make at this time.
std::int64_t IdFloor(TimePoint time);

/// Makes ids for one node number, each at most once: from the floor up, whatever the clock does,
/// and never at or past the time that the node's row in the database is reserved to. Not
/// thread-safe.
class IdGenerator {
 public:
  IdGenerator(int node, std::int64_t floor_ms, std::int64_t reserved_until_ms)
      : node_(node), last_ms_(floor_ms), reserved_until_ms_(reserved_until_ms) {}

  void Extend(std::int64_t reserved_until_ms) { reserved_until_ms_ = reserved_until_ms; }

  /// The first of `count` consecutive ids, 1..kMaxConsecutiveIds; nothing when the reservation is
  /// used up.
  std::optional<std::int64_t> Next(std::int64_t now_ms, int count);

 private:
  int node_;
  std::int64_t last_ms_;
  int next_sequence_ = 0;
  std::int64_t reserved_until_ms_;
};

}  // namespace lethe::store
