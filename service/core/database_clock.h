#pragma once

#include <mutex>
#include <optional>

#include "lethe/time.h"

namespace lethe::core {

/// The database's clock, by which all replicas decide. Between two readings it is carried on by the
/// machine's monotonic clock, so that no jump of the machine's own time changes it; before the
/// first reading it is the machine's. Thread-safe.
class DatabaseClock final : public Clock {
 public:
  /// A reading that took longer tells too little: the error of a reading is half of what it took.
  static constexpr milliseconds kLongestReading{2'000};

  /// A reading that is older is not trusted: the machine's clock drifts, by up to 30 ms in that
  /// time.
  static constexpr milliseconds kLongestTrust{60'000};

  /// A machine whose time differs more from the database's shows that one of the two is wrong, and
  /// nothing tells which.
  static constexpr milliseconds kMostDifference{60'000};

  /// Readings that differ by less from what was expected are corrected without a word.
  static constexpr milliseconds kStep{5'000};

  /// One question to the database; the times around it are of Monotonic().
  struct Reading {
    TimePoint database;
    milliseconds asked_at;
    milliseconds answered_at;
  };

  enum class State {
    kStale,    ///< There is no reading, or the latest is too old.
    kDiffers,  ///< The machine's time is further away than kMostDifference.
    kTrusted,  ///< Lethe may decide by it.
  };

  /// `machine` outlives the clock.
  explicit DatabaseClock(const Clock& machine) : machine_(machine) {}

  TimePoint Now() const override;
  milliseconds Monotonic() const override { return machine_.Monotonic(); }

  /// Answers by how much the database's clock has jumped since the reading before, if it has: below
  /// zero if it went back. A reading that took too long is left out.
  std::optional<milliseconds> Correct(const Reading& reading);

  State state() const;
  bool trusted() const { return state() == State::kTrusted; }

  /// By how much the machine's time is ahead of the database's; 0 before the first reading.
  milliseconds machine_ahead() const;

 private:
  /// The database's time was `database` at `monotonic`.
  struct Fix {
    TimePoint database;
    milliseconds monotonic;
  };

  std::optional<Fix> fix() const;
  TimePoint At(const std::optional<Fix>& fix) const;

  const Clock& machine_;
  mutable std::mutex mutex_;
  std::optional<Fix> fix_;
};

}  // namespace lethe::core
