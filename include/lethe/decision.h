#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lethe/batch.h"
#include "lethe/operation.h"
#include "lethe/time.h"
#include "lethe/vendor.h"
#include "lethe/window.h"

namespace lethe {

/// Everything that the next step of a batch depends on.
struct AttemptFacts {
  Operation operation;
  Span span;
  int attempt_count;     ///< Attempts spent so far, this one included; at least 1.
  int call_count;        ///< All calls so far, this one and those that cost nothing included.
  TimePoint started_at;  ///< When this attempt was written down.

  /// Start of the earliest attempt whose effect is not known.
  std::optional<TimePoint> unknown_since = {};
};

/// What becomes of one run of a batch. Runs that differ split the batch.
struct Transition {
  Span span;
  BatchState to = BatchState::kNeedsReview;
  std::string reason = {};                   ///< lower_snake_case; empty where the state says all.
  std::optional<TimePoint> not_before = {};  ///< kReady.

  /// kReady, kNeedsReview: carried along while an effect is unknown.
  std::optional<TimePoint> unknown_since = {};

  std::optional<TimePoint> accepted_at = {};  ///< kAccepted.
  std::optional<TimePoint> window_end = {};   ///< kAccepted.

  friend bool operator==(const Transition&, const Transition&) = default;
};

/// What the answer says about the account.
enum class AccountVerdict {
  kUntouched,  ///< Nothing: it may be as it was.
  kHealthy,    ///< Credentials, region and path work.
  kBlocked,    ///< They do not: nothing more is sent until a probe succeeds.
};

struct Plan {
  /// Ascending, without gap or overlap, and together the batch's span.
  std::vector<Transition> transitions;

  /// False: the attempt does not count towards delays (429, 401 and the like).
  bool spends_attempt = true;

  milliseconds slot_cool_down{0};  ///< How long the slot stays away from the account and API.
  AccountVerdict account = AccountVerdict::kUntouched;
  std::string account_reason = {};  ///< kBlocked: for the operator.

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// Whether the plan's transitions are what Plan promises: ascending, without gap or overlap, and
/// together `span`.
bool Covers(const Plan& plan, Span span);

/// How long after an attempt of unknown effect a repeat still cannot hurt anyone: a person who came
/// back, a phone number's new owner, identities that were merged again. After it the batch waits
/// for a person.
milliseconds ResendHorizon(Operation operation);

/// Whether the batch may be sent at `now`: not once the resend horizon of an unknown effect has
/// passed. Decide() plans no such repeat, but a batch can come to be sent later than planned; ask
/// right before sending.
bool MayResend(const AttemptFacts& facts, TimePoint now);

/// The delay before attempt `attempt_count + 1`: doubles from 1 s up to 10 min (CleverTap's own
/// advice for "too many requests" is ten minutes), spread by `jitter` in [0, 1) over the upper half
/// of the delay.
milliseconds RetryDelay(int attempt_count, double jitter);

/// What to do next. Pure: the same facts give the same plan.
Plan Decide(const AttemptFacts& facts, const VendorReply& reply, const ProcessingHours& hours,
            TimePoint now, double jitter);

/// What to do with a batch whose sender is gone (its lease ran out): the call may have been made,
/// so the outcome is unknown.
Plan DecideAbandoned(const AttemptFacts& facts, TimePoint now, double jitter);

/// What to do with a claimed batch that MayResend() forbids to send: it waits for a person, and the
/// attempt that was not made costs nothing.
Plan DecideTooLate(const AttemptFacts& facts);

}  // namespace lethe
