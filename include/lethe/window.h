#pragma once

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

/// How long after an attempt of unknown effect a repeat still cannot hurt anyone: a person who came
/// back, a phone number's new owner, identities that were merged again.
struct ResendHorizons {
  /// Nothing: until the end of the window that the attempt could have begun.
  std::optional<milliseconds> erasure = {};

  /// Nothing: until the account's next 04:00, when CleverTap begins to demerge.
  std::optional<milliseconds> demerge = {};

  /// It acts at once, so a repeat hits whoever has registered the number since. Long enough for a
  /// restart; far shorter than the weeks that carriers keep a number from its next owner.
  milliseconds disassociation = std::chrono::minutes(15);
};

/// When an account's CleverTap project processes what it has accepted, and what that allows.
struct ProcessingHours {
  TimeZone zone;

  /// A sandbox's nights come every few seconds: the window is this long instead. Never set for
  /// CleverTap itself; the configuration refuses it there.
  std::optional<milliseconds> sandbox_window = {};

  ResendHorizons resend = {};
};

/// The instant after which CleverTap has processed what it accepted at `accepted_at`:
///   erasure         48 hours later;
///   demerge         the first 07:00 local time that ends a full 04:00-07:00 window begun after
///                   acceptance;
///   disassociation  at once.
/// Where daylight saving repeats a local time, a window begins the first time and ends the second,
/// so that nothing is called done early; a local time that it skips is the instant of the change.
TimePoint WindowEnd(Operation operation, TimePoint accepted_at, const ProcessingHours& hours);

/// The last instant at which what was sent at `unknown_since`, with an effect that nobody knows,
/// may be sent again.
TimePoint ResendUntil(Operation operation, TimePoint unknown_since, const ProcessingHours& hours);

}  // namespace lethe
