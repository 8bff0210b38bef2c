#pragma once

#include <mutex>
#include <optional>

#include "lethe/time.h"

namespace lethe::core {

/// The database's clock, by which all replicas decide, and what speaks for or against it. Between
/// two readings it is carried on by the machine's monotonic clock, so that no jump of the machine's
/// own time changes it; before the first reading it is the machine's. Thread-safe.
///
/// The machine's time and the database's can be wrong together: they may have one host, or one NTP
/// server. So CleverTap's clock has to confirm the database's, once for each process and after each
/// jump.
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

  /// A reading is confirmed if it is at most so far from where CleverTap's time has gone on to.
  /// Half of the guard band around CleverTap's nights.
  static constexpr milliseconds kMostFromVendor{300'000};

  /// Readings that differ by less from what was expected are corrected without a word.
  static constexpr milliseconds kStep{5'000};

  /// One question to the database; the times around it are of Monotonic().
  struct Reading {
    TimePoint database;
    milliseconds asked_at;
    milliseconds answered_at;
  };

  enum class State {
    kStale,        ///< There is no reading, or the latest is too old.
    kDiffers,      ///< The machine's time is further away than kMostDifference.
    kUnconfirmed,  ///< CleverTap's time is further away than kMostFromVendor, or not known yet.
    kTrusted,      ///< Lethe may decide by it.
  };

  /// `machine` outlives the clock.
  explicit DatabaseClock(const Clock& machine) : machine_(machine), deciding_(*this) {}

  TimePoint Now() const override;
  milliseconds Monotonic() const override { return machine_.Monotonic(); }

  /// The clock for whatever decides: it goes on from the latest confirmed reading, so that a call
  /// that is in flight during a jump is written down with the right time. Before that it is Now().
  const Clock& deciding() const { return deciding_; }

  /// Answers by how much the database's clock has jumped since the reading before, if it has: below
  /// zero if it went back. A reading that took too long is left out.
  std::optional<milliseconds> Correct(const Reading& reading);

  /// CleverTap's time was `vendor` at `at` of Monotonic(). It counts until the next one.
  void Compare(TimePoint vendor, milliseconds at);

  /// CleverTap's answers do not tell its time. The first reading counts as confirmed then; a later
  /// one if it is at most kMostFromVendor from where the latest confirmed one has gone on to.
  void DoWithoutVendor();

  State state() const;
  bool trusted() const { return state() == State::kTrusted; }

  /// Whether the latest reading is.
  bool confirmed() const;

  /// By how much the machine's time is ahead of the database's; 0 before the first reading.
  milliseconds machine_ahead() const;

  /// By how much CleverTap's time is ahead of the database's; 0 before both are known.
  milliseconds vendor_ahead() const;

 private:
  /// A clock said `time` at `monotonic`.
  struct Fix {
    TimePoint time;
    milliseconds monotonic;

    /// At one and the same moment.
    milliseconds AheadOf(const Fix& other) const;
  };

  struct Known {
    std::optional<Fix> latest;     ///< Reading of the database's clock.
    std::optional<Fix> confirmed;  ///< The latest reading that was confirmed.
    std::optional<Fix> vendor;
    bool without_vendor = false;
    bool latest_is_confirmed = false;

    void Judge();
  };

  class Deciding final : public Clock {
   public:
    explicit Deciding(const DatabaseClock& clock) : clock_(clock) {}
    TimePoint Now() const override;
    milliseconds Monotonic() const override { return clock_.Monotonic(); }

   private:
    const DatabaseClock& clock_;
  };

  Known known() const;
  TimePoint At(const std::optional<Fix>& fix) const;

  const Clock& machine_;
  const Deciding deciding_;
  mutable std::mutex mutex_;
  Known known_;
};

}  // namespace lethe::core
