#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/operation.h"
#include "lethe/time.h"

namespace date {
class time_zone;
}

namespace lethe {

/// An entry of the IANA time-zone database. A value: cheap to copy, never empty.
class TimeZone {
 public:
  /// `Asia/Kolkata` and the like; nothing if the database does not know the name.
  static std::optional<TimeZone> Find(std::string_view name);

  std::string name() const;
  const date::time_zone& rules() const { return *rules_; }

 private:
  explicit TimeZone(const date::time_zone* rules) : rules_(rules) {}
  const date::time_zone* rules_;
};

/// What an account's configuration sets instead of OperationTraits::resend_horizon.
struct ResendHorizons {
  std::array<std::optional<milliseconds>, kAll<Operation>.size()> by_operation{};

  std::optional<milliseconds>& operator[](Operation operation) {
    return by_operation[static_cast<std::size_t>(operation)];
  }
  const std::optional<milliseconds>& operator[](Operation operation) const {
    return by_operation[static_cast<std::size_t>(operation)];
  }
};

/// When an account's CleverTap project processes what it has accepted, and what that allows.
struct ProcessingHours {
  TimeZone zone;

  /// A sandbox's nights come every few seconds: the window is this long instead. Never set for
  /// CleverTap itself; the configuration refuses it there.
  std::optional<milliseconds> sandbox_window = {};

  ResendHorizons resend = {};
};

/// The instant after which CleverTap has processed what it accepted at `accepted_at`, by
/// OperationTraits::window:
///   k48Hours        48 hours later;
///   kNextFullNight  the first 07:00 local time that ends a full night, 04:00 to 07:00, which began
///                   after acceptance;
///   kAtOnce         at once.
/// Where daylight saving repeats a local time, a night begins the first time and ends the second,
/// so that nothing is called done early; a local time that it skips is the instant of the change.
TimePoint WindowEnd(Operation operation, TimePoint accepted_at, const ProcessingHours& hours);

/// The last instant at which Lethe may send again what it sent at `unknown_since` with an unknown
/// effect.
TimePoint ResendUntil(Operation operation, TimePoint unknown_since, const ProcessingHours& hours);

}  // namespace lethe
