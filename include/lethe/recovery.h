#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lethe/operation.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

/// Once an operator has resumed, callers repeat what was lost for so long. What is accepted later
/// for the same identifiers is another wish.
inline constexpr std::chrono::days kRepeatsComeWithin{7};

/// How long a lost call matters after an operator has resumed: claims ask for it, and no process
/// takes it for a new loss. Then it is deleted with the digests of its identifiers. What is
/// accepted while repeats come waits for its first call for a year at most (`send_within`), and no
/// journal is kept for longer (`recovery.keep`).
inline constexpr std::chrono::days kLossesMatterFor{374};

/// Calls of one account and API that processes remember and the database does not have.
struct LostCalls {
  std::string account;
  Api api;
  int calls;

  /// Those of which it is not known any more whom they were about, beyond the places in their
  /// envelopes.
  int without_digests;

  TimePoint first;  ///< When the earliest was made, and the latest.
  TimePoint last;

  friend bool operator==(const LostCalls&, const LostCalls&) = default;
};

/// What is known of a history that was lost and not settled. Counts and times only.
struct Recovery {
  /// History is missing since then, or earlier; nothing: none is.
  std::optional<TimePoint> since = {};

  /// Up to then nothing is missing: a call of that time is remembered, and is there. Nothing: no
  /// such call is remembered.
  std::optional<TimePoint> complete_until = {};

  int remembered = 0;                ///< Calls that the processes that found the loss remember.
  std::vector<LostCalls> lost = {};  ///< By account and API.

  /// Wait to be sent, and a lost call was about their identifiers.
  std::int64_t doubtful_items = 0;

  /// Wait to be sent since before `since`, and no remembered call was about them. A process whose
  /// memory and journal are gone may have called CleverTap about them.
  std::int64_t untold_items = 0;

  friend bool operator==(const Recovery&, const Recovery&) = default;
};

struct ResumeRecovery {
  std::string principal;
  std::string means = {};     ///< As Operator::means.
  std::string justification;  ///< As Pause::reason.
};

/// What operators see of a lost history, and how they end it. Thread-safe; nothing here throws. Any
/// call may fail with kUnavailable (STORE_UNAVAILABLE).
class RecoveryStore {
 public:
  virtual ~RecoveryStore() = default;

  virtual Result<Recovery> Show() = 0;

  /// Ends the pause of kind kLostHistory, as one transaction with an audit event for each account.
  /// What is doubtful counts as called at the time of its lost call, with unknown effect: the rules
  /// of decision.h look at it before it is sent. So does what is accepted within a week from now
  /// for the same identifiers: callers repeat what was lost. Returns what was settled.
  ///   kFailedPrecondition  NOT_PAUSED: no such pause is in force.
  virtual Result<Recovery> Resume(const ResumeRecovery& resume) = 0;
};

}  // namespace lethe
