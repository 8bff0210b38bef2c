#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lethe/operation.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

/// Calls of one account and API that processes remember and the database does not have.
struct LostCalls {
  std::string account;
  Api api;
  int calls;
  int without_digests;  ///< Those of which it is not known any more whom they were about, beyond
                        ///< the places in their envelopes.
  TimePoint first;      ///< When the earliest was made, and the latest.
  TimePoint last;

  friend bool operator==(const LostCalls&, const LostCalls&) = default;
};

/// What is known of a history that was lost and not settled. Counts and times only.
struct Recovery {
  std::optional<TimePoint> since = {};  ///< History is missing since then, or earlier; nothing: none is.
  int remembered = 0;                   ///< Calls that those who found it out remember.
  std::vector<LostCalls> lost = {};     ///< By account and API.
  int doubtful_items = 0;  ///< Wait to be sent, and a lost call was about their identifiers.
  int untold_items = 0;    ///< Wait to be sent since before `since`, and no lost call is known to have
                           ///< been about them: calls that nobody remembers may have been.
};

struct ResumeRecovery {
  std::string principal;
  std::string justification;  ///< As Pause::reason.
};

/// What operators see of a lost history, and how they end it. Thread-safe; nothing here throws. Any
/// call may fail with kUnavailable (STORE_UNAVAILABLE).
class RecoveryStore {
 public:
  virtual ~RecoveryStore() = default;

  virtual Result<Recovery> Show() = 0;

  /// Ends the pause of kind kLostHistory, as one transaction with an audit event for each account.
  /// What was doubtful counts as called at the time of its lost call, with unknown effect: the
  /// rules of decision.h look at it before it is sent. Returns what was settled.
  ///   kFailedPrecondition  NOT_PAUSED: no such pause is in force.
  virtual Result<Recovery> Resume(const ResumeRecovery& resume) = 0;
};

}  // namespace lethe
