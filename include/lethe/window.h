#pragma once

#include <array>
#include <chrono>
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

/// What an account's configuration sets for an operation; nothing where it leaves the default of
/// OperationTraits.
struct DurationByOperation {
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

  /// The local time of day at which CleverTap begins to delete. It is not documented; other
  /// integrators saw deletions from 2 to 4 in the morning.
  std::chrono::minutes deletions_begin{120};

  /// Shortens ResendUntil(). A disassociation, which has no night to end it, may also be given more
  /// time than by default.
  DurationByOperation resend = {};

  /// Instead of OperationTraits::send_within.
  DurationByOperation send_within = {};
};

/// Around the hours of CleverTap's nights Lethe counts on nothing for so long: CleverTap's clock
/// and the database's differ, and a call takes up to minutes to arrive.
inline constexpr std::chrono::minutes kNightGuard{10};

/// The instant after which CleverTap has processed what it accepted at `accepted_at`, by
/// OperationTraits::window:
///   k48Hours        48 hours later;
///   kNextFullNight  the first 07:00 local time that ends a full night, 04:00 to 07:00, which began
///                   more than kNightGuard after acceptance;
///   kAtOnce         at once.
/// Where daylight saving repeats a local time, a night begins the first time and ends the second,
/// so that nothing is called done early; a local time that it skips is the instant of the change.
TimePoint WindowEnd(Operation operation, TimePoint accepted_at, const ProcessingHours& hours);

/// The last instant at which Lethe may send again, without looking, what it sent at `unknown_since`
/// with an unknown effect; may be before `unknown_since`. By OperationTraits::resend_horizon:
///   kNextNight   kNightGuard before the account's next night begins. CleverTap acts in that
///                night, so before it nothing has happened. In a night, and for kNightGuard
///                after it, CleverTap may act at once: as k15Minutes. Where daylight saving repeats
///                a local time, a night begins the first time and ends the second;
///   k15Minutes   15 minutes later.
/// A sandbox_window counts as the time until the next night.
TimePoint ResendUntil(Operation operation, TimePoint unknown_since, const ProcessingHours& hours);

/// The last instant at which Lethe may send what has waited since `waiting_since` and may not have
/// reached CleverTap yet.
TimePoint SendUntil(Operation operation, TimePoint waiting_since, const ProcessingHours& hours);

/// The last instant at which Lethe may send, without looking, what an operator allowed at
/// `allowed_at` to be sent again though an earlier call may have had its effect; later the people
/// may have come back, which the operator could not know.
///   kNextNight   as ResendUntil() for a call at `allowed_at`; a configured horizon does not
///                shorten it, because it is not blind;
///   k15Minutes   SendUntil(): a number changes hands in weeks, not over night.
/// With a sandbox_window as SendUntil(), too: its nights come too quickly for a person.
TimePoint SendAgainUntil(Operation operation, TimePoint allowed_at, const ProcessingHours& hours);

}  // namespace lethe
