#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lethe/pause.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

/// An operator's pause.
struct NewPause {
  PauseScope scope;
  std::string reason;  ///< As Pause::reason.
  std::string principal;
  std::string means = {};  ///< As Operator::means.
  std::optional<TimePoint> ends_at = {};
};

/// A pause that is in force.
struct PauseInForce {
  Pause pause;

  /// Calls of its scope that began before the pause and whose answers are not written down yet. No
  /// other call of its scope begins.
  int calls_under_way;
};

/// The end of an operator's pause.
struct EndPause {
  PauseScope scope;  ///< Exactly that of the pause.
  std::string principal;
  std::string means = {};     ///< As Operator::means.
  std::string justification;  ///< As Pause::reason.
};

/// What stops calls by decision. Each change is one transaction, with an audit event for each
/// account that it concerns. Thread-safe; nothing here throws. Any call may fail with kUnavailable
/// (STORE_UNAVAILABLE): List() shows whether the change was made.
class PauseStore {
 public:
  virtual ~PauseStore() = default;

  /// Stops the calls of the scope, on every replica of this version: when this has returned, none
  /// begins. Waits for that, and for the calls under way, kPauseHoldsAfter at most. Where an
  /// operator's pause of the same scope is in force, its reason, principal and end become these.
  virtual Result<PauseInForce> Begin(const NewPause& pause) = 0;

  /// Ends it, and returns the pauses that still stop some of its calls.
  ///   kFailedPrecondition  NOT_PAUSED: no operator's pause of this scope is in force.
  virtual Result<std::vector<Pause>> End(const EndPause& end) = 0;

  /// Those in force; first those of everything, then by account and API.
  virtual Result<std::vector<Pause>> List() = 0;
};

}  // namespace lethe
