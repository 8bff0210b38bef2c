#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/decision.h"
#include "lethe/operation.h"
#include "lethe/time.h"

namespace lethe {

// A batch that CleverTap refuses as a whole is halved until the identifiers that it will not take
// are alone. Then it must be told whether they are bad or the rule has changed, because a rejection
// is final: somebody's request is not fulfilled. So whoever is refused alone is held, and judged
// with everything else that is known about the route.

/// More than this many of a route refused alone within kRefusalMemory are no exceptions any more:
/// the rule has changed, or a caller sends something else than identifiers.
inline constexpr int kFewRefusals = 5;
inline constexpr std::chrono::hours kRefusalMemory{24};

/// What others were accepted for says nothing about a refusal that came so much later: where calls
/// are throttled a search takes long, and the rule may have changed in the middle of it.
inline constexpr std::chrono::seconds kFreshEvidence{30};

/// Reasons of held batches. Unconfirmed: nothing shows yet that CleverTap took others in the
/// meantime. Confirmed: refused, then others were accepted, then refused again soon after.
inline constexpr std::string_view kRefusedUnconfirmed = "refused_unconfirmed";
inline constexpr std::string_view kRefusedConfirmed = "refused_confirmed";

/// Reason of rejected batches.
inline constexpr std::string_view kRefusedByVendor = "refused_by_vendor";

/// Reason of batches in needs_review that would be rejected, had not an earlier call with these
/// identifiers in it had an unknown effect: it may have taken them.
inline constexpr std::string_view kRefusedEffectUnknown = "refused_effect_unknown";

/// Where identifiers go that are bad, for `reason`; the span is left out. `unknown_since` as in
/// AttemptFacts: nobody is called rejected who may have been taken.
Transition Rejection(std::string reason, std::optional<TimePoint> unknown_since);

/// What is known about the refusals of one route. All but the last count identifiers.
struct RefusalEvidence {
  int searching = 0;  ///< Refused together with others, and about to be sent in smaller parts.
  int confirmed = 0;  ///< Held.
  int vouched =
      0;  ///< Held unconfirmed, but a call that began after the refusal was accepted since.
  int unvouched = 0;              ///< Held unconfirmed.
  int rejected_lately = 0;        ///< As kRefusedByVendor, within kRefusalMemory.
  bool others_under_way = false;  ///< Batches that nobody has refused yet wait or are being sent.

  friend bool operator==(const RefusalEvidence&, const RefusalEvidence&) = default;
};

enum class RefusalVerdict {
  kWait,       ///< Nothing to judge, or not yet.
  kSendAgain,  ///< The vouched ones: another refusal confirms the first.
  kReject,     ///< The confirmed ones, see Rejection(): they are bad, the rule is as it was.
  kPause,      ///< The account, for `account_reason`: nothing is final before someone or something
               ///< shows what is wrong.
};

struct RefusalRuling {
  RefusalVerdict verdict = RefusalVerdict::kWait;
  std::string account_reason = {};  ///< What was seen, for the operator: counts only.

  /// The next batch, as a probe, where nothing was taken; a person where others were.
  Resume resume = Resume::kBatch;

  friend bool operator==(const RefusalRuling&, const RefusalRuling&) = default;
};

RefusalRuling JudgeRefusals(Operation operation, const RefusalEvidence& evidence);

}  // namespace lethe
