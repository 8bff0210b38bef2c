#pragma once

#include <array>
#include <functional>
#include <optional>
#include <stop_token>

#include "lethe/profile_reader.h"
#include "lethe/read_back.h"
#include "lethe/request.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/verification_queue.h"

namespace lethe::core {

/// Look-ups in one look, at most. Their results are kept when the look ends, so these are what a
/// process loses if it dies.
inline constexpr int kLookUpsPerClaim = 100;

/// Look-ups in a row without an answer that end a look: the cause is then CleverTap, not one
/// identifier.
inline constexpr int kUnansweredInARow = 3;

/// Captures forgotten in one transaction.
inline constexpr int kForgottenPerChunk = 1000;

struct VerifierOptions {
  milliseconds linger;  ///< As DispatcherOptions.
  milliseconds lease;
  milliseconds call_timeout;  ///< The longest that ProfileReader::LookUp() takes.
};

/// What one LookOnce() did. Without `claimed` the rest has no meaning, but for `error`.
struct LookReport {
  bool claimed = false;
  LookPurpose purpose = LookPurpose::kReadBack;
  EnvelopeId envelope{};
  Span span{};
  std::array<int, kAll<LookUpOutcome>.size()> look_ups{};  ///< By outcome.
  int unreadable = 0;                                      ///< Items whose identifier is lost.
  std::array<int, kAll<ReadBack>.size()> results{};        ///< By result; kept if `applied`.
  bool over = false;                                       ///< Nothing is left to look up.
  ItemCounts items = {};  ///< kReadBack that is over, kBeforeRepeat: where the items go, if
                          ///< `applied`.

  bool applied = false;
  bool fenced = false;              ///< As Recorded::kFenced.
  std::optional<Error> error = {};  ///< Of the queue.

  int& of(LookUpOutcome outcome) { return look_ups[static_cast<std::size_t>(outcome)]; }
  int of(LookUpOutcome outcome) const { return look_ups[static_cast<std::size_t>(outcome)]; }
  int& of(ReadBack result) { return results[static_cast<std::size_t>(result)]; }
  int of(ReadBack result) const { return results[static_cast<std::size_t>(result)]; }
};

struct ForgetReport {
  int captures = 0;
  std::optional<Error> error = {};
};

/// The passes of verification. Each is idempotent and may run in any replica at any time, as those
/// of Dispatcher. Thread-safe if its parts are.
class Verifier {
 public:
  /// What a verifier works with. All must outlive it.
  struct Parts {
    VerificationQueue& queue;
    ProfileReader& profiles;
    const Clock& clock;
    std::function<double()> jitter;  ///< In [0, 1).
    std::stop_token stop;            ///< Ends a look after the look-up that runs.
  };

  Verifier(Parts parts, const VerifierOptions& options);

  /// Claims the route's next batch that is due for a look, and looks up as many of its items as
  /// begin within kCallsBeginWithin (pause.h) and fit the lease.
  LookReport LookOnce(const Route& route);

  /// Deletes all captures of batches that are final.
  ForgetReport ForgetCaptures();

 private:
  struct LookUps;
  LookUps LookUp(const LookClaim& claim, milliseconds begin_by);
  LookResult Judge(const LookClaim& claim, const LookUps& look_ups, TimePoint looked_at) const;

  Parts parts_;
  VerifierOptions options_;
};

}  // namespace lethe::core
