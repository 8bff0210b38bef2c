#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/words.h"

namespace lethe {

// A pause stops calls to CleverTap and nothing else: requests are accepted, windows close. How it
// reaches calls that were claimed before it: service/docs/decisions/0024-pauses.md.

/// A call that was claimed begins within this time after the claim was asked for, or not at all.
inline constexpr milliseconds kCallsBeginWithin{5'000};

/// When a call begins at the latest whose slot was asked for at `asked_at`: so that a pause does
/// not miss it, and it ends within its lease. Both times are Clock::Monotonic().
constexpr milliseconds CallBeginsBy(milliseconds asked_at, milliseconds lease,
                                    milliseconds call_timeout) {
  constexpr milliseconds kTick{1};
  return asked_at + std::min(kCallsBeginWithin, lease - call_timeout - kTick);
}

/// An HTTP request that goes on with a call (with another passcode) begins within this time after
/// the call began, or not at all.
inline constexpr milliseconds kFurtherRequestsBeginWithin{3'000};

/// So long after a pause is in force, no call begins that was claimed before it.
inline constexpr milliseconds kPauseHoldsAfter = kCallsBeginWithin + kFurtherRequestsBeginWithin;

enum class PauseKind {
  kOperator,     ///< An operator paused, and ends the pause, unless it has an end of its own.
  kLostHistory,  ///< Attempts are remembered that the database does not have. Of everything.
};

/// The names used in SQL and logs.
constexpr std::string_view Name(PauseKind kind) {
  switch (kind) {
    case PauseKind::kOperator: return "operator";
    case PauseKind::kLostHistory: return "lost_history";
  }
  return "";
}

template <>
inline constexpr auto kAll<PauseKind> = AllNamed<PauseKind>();

/// Which calls a pause stops.
struct PauseScope {
  std::string account = {};     ///< Empty: every account's.
  std::optional<Api> api = {};  ///< Nothing: every API's, and looks at credentials.

  friend bool operator==(const PauseScope&, const PauseScope&) = default;
};

struct Pause {
  PauseScope scope;
  PauseKind kind = PauseKind::kOperator;
  std::string reason;     ///< 1..kMaxJustificationCharacters, without personal data.
  std::string principal;  ///< Who paused.
  TimePoint since;
  std::optional<TimePoint> ends_at = {};  ///< Nothing: it ends when an operator ends it.

  friend bool operator==(const Pause&, const Pause&) = default;
};

/// Whether a pause of this scope stops the account's calls of the API.
bool Stops(const PauseScope& scope, std::string_view account, Api api);

/// Those of the pauses that stop some or all of the account's calls, in their order.
std::vector<Pause> PausesOf(const std::vector<Pause>& pauses, std::string_view account);

}  // namespace lethe
