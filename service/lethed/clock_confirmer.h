#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "clevertap/vendor_time.h"
#include "core/database_clock.h"
#include "lethe/account.h"
#include "lethe/time.h"
#include "runtime/loop.h"
#include "telemetry/metrics.h"

namespace lethe {

/// Compares the database's clock with CleverTap's: at the start, after each jump, and now and then.
/// For one thread.
class ClockConfirmer {
 public:
  /// What it works with. All must outlive it.
  struct Parts {
    core::DatabaseClock& clock;
    std::function<clevertap::VendorTime(const Account&)> ask;
    telemetry::Metrics& metrics;
  };

  /// While the clock is confirmed. An NTP server that slowly leads two clocks astray together, by a
  /// twelfth of the time at most, gets less than a minute further in between.
  static constexpr milliseconds kAskAgain{600'000};

  /// While it is not: CleverTap may come back, or the clock be put right, at any moment.
  static constexpr milliseconds kAskSoon{5'000};

  ClockConfirmer(const std::vector<Account>& accounts, Parts parts);

  /// Asks one of the accounts' hosts if it is time to, and tells what has changed.
  runtime::Next Look();

 private:
  enum class Answer { kNone, kWithoutDate, kDate };

  void Ask();
  void Show();

  const Parts parts_;
  const std::vector<Account> hosts_;  ///< One account of each.
  std::size_t next_host_ = 0;
  std::size_t without_date_ = 0;  ///< Answers since the latest date.
  std::optional<milliseconds> asked_at_;
  Answer latest_ = Answer::kNone;
  clevertap::Ending ending_ = clevertap::Ending::kComplete;
  bool dated_ = false;  ///< Whether there was ever a date.

  struct Shown {
    bool confirmed;
    Answer answer;
    friend bool operator==(const Shown&, const Shown&) = default;
  };
  std::optional<Shown> shown_;
};

}  // namespace lethe
