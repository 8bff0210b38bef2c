#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/time.h"

namespace lethe {

// Decide() halves a batch that CleverTap refuses as a whole, until the identifiers that CleverTap
// will not take are alone. Then Lethe must tell whether they are bad or CleverTap's rule has
// changed, because a rejection is final: a person's request is not fulfilled. So an identifier that
// is refused alone is held, and judged with everything else that is known about its route.

/// If CleverTap refuses more than this many identifiers of a route alone within kRefusalMemory,
/// they are not exceptions: the rule has changed, or a caller sends something else than
/// identifiers.
inline constexpr int kFewRefusals = 5;
inline constexpr std::chrono::hours kRefusalMemory{24};

/// An acceptance of others says nothing about a refusal that comes more than this later: where
/// calls are throttled a search takes long, and the rule may have changed in the middle of it.
inline constexpr std::chrono::seconds kFreshEvidence{30};

/// Where bad identifiers go: to kRejected, for `reason`; or to kNeedsReview if an earlier call with
/// them had an unknown effect (`unknown_since`, as in AttemptFacts), because that one may have
/// taken them. The caller sets the span.
Transition Rejection(std::string reason, std::optional<TimePoint> unknown_since);

/// What is known about the refusals of one route. All but the last count identifiers.
struct RefusalEvidence {
  int searching = 0;  ///< Refused together with others, and about to be sent in smaller parts.
  int confirmed = 0;  ///< Held for Reason::kRefusedConfirmed.
  int vouched = 0;  ///< Held for kRefusedUnconfirmed; since then CleverTap has accepted a call that
                    ///< began after the refusal.
  int unvouched = 0;        ///< Held for kRefusedUnconfirmed, without such a call.
  int rejected_lately = 0;  ///< For kRefusedByVendor, within kRefusalMemory.
  bool others_under_way =
      false;  ///< Batches that CleverTap has not refused wait or are being sent.

  friend bool operator==(const RefusalEvidence&, const RefusalEvidence&) = default;
};

enum class RefusalVerdict {
  kWait,       ///< Nothing to judge, or not yet.
  kSendAgain,  ///< Send the vouched ones again: another refusal confirms the first.
  kReject,     ///< Reject the confirmed ones, see Rejection(): they are bad, the rule is as it was.
  kBlock,      ///< Block the route, for `account_reason`: nothing becomes final before a probe or
               ///< an operator shows what is wrong.
};

struct RefusalRuling {
  RefusalVerdict verdict = RefusalVerdict::kWait;
  std::string account_reason = {};  ///< What was seen, for the operator: counts only.

  /// kBlock: by the next batch, as a probe, where CleverTap took nothing; by an operator where it
  /// took others.
  Resume resume = Resume::kBatch;

  friend bool operator==(const RefusalRuling&, const RefusalRuling&) = default;
};

RefusalRuling JudgeRefusals(Operation operation, const RefusalEvidence& evidence);

}  // namespace lethe
