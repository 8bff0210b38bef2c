#include "lethe/refusal.h"

#include <algorithm>
#include <utility>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"

namespace lethe {
namespace {

int Held(const RefusalEvidence& evidence) {
  return evidence.confirmed + evidence.vouched + evidence.unvouched;
}

bool OthersAreTaken(const RefusalEvidence& evidence) {
  return evidence.confirmed + evidence.vouched > 0;
}

/// Whether so much is refused that Lethe must stop.
bool IsTooMuch(const RefusalEvidence& evidence) {
  return !evidence.mostly_taken && evidence.refused_people > kManyRefusals;
}

/// Whether those refused are exceptions. Where no person's identifiers are taken, or most are
/// refused and more than a few, the rule may have changed; and refusals may come at random.
bool MayReject(const RefusalEvidence& evidence) {
  return evidence.taken_lately && !evidence.hiccup_lately &&
         (evidence.mostly_taken || evidence.refused_people <= kFewRefusals);
}

/// Whether CleverTap takes what is alone in its call. A control call is one, unless it is a dry
/// run.
bool IsAloneTaken(Operation operation, const RefusalEvidence& evidence) {
  return evidence.lone_taken || (evidence.control_taken && !HasDryRun(operation));
}

RefusalVerdict VerdictOn(Operation operation, const RefusalEvidence& evidence,
                         ControlCalls control_calls) {
  const bool may_control = evidence.control_due && control_calls == ControlCalls::kOn;
  if (evidence.only_probes_itself && may_control) return RefusalVerdict::kControl;
  if (evidence.lacks_probe) return RefusalVerdict::kProbe;
  if (evidence.only_probes_itself) return RefusalVerdict::kWait;
  if (Held(evidence) + evidence.stuck == 0) return RefusalVerdict::kWait;
  if (Held(evidence) > 0 && IsTooMuch(evidence)) return RefusalVerdict::kBlock;
  const bool others_may_be_taken = evidence.searching > 0 || evidence.others_under_way;
  // While refusals come at random, what is confirmed goes to review at once: it must not wait until
  // kHiccupMemory is over, and then be rejected for what was seen in it.
  const bool may_reject = MayReject(evidence);
  const bool lacks_control = may_reject && !IsAloneTaken(operation, evidence) &&
                             !HasDryRun(operation) && control_calls == ControlCalls::kOn;
  if (evidence.confirmed > 0 && !lacks_control &&
      (may_reject || evidence.hiccup_lately || !others_may_be_taken)) {
    return RefusalVerdict::kReject;
  }
  if (evidence.confirmed > 0 && lacks_control && may_control) return RefusalVerdict::kControl;
  if (evidence.vouched_due > 0) {
    return evidence.lone_under_way ? RefusalVerdict::kWait : RefusalVerdict::kSendAgain;
  }
  if (evidence.worn_out > 0) return RefusalVerdict::kReview;
  if (others_may_be_taken) return RefusalVerdict::kWait;
  if (may_control && evidence.due + evidence.stuck > 0) return RefusalVerdict::kControl;
  return evidence.due > 0 ? RefusalVerdict::kSendAgain : RefusalVerdict::kWait;
}

std::string SentenceFor(Operation operation, const RefusalEvidence& evidence) {
  std::string reason = std::string(Name(operation)) + " refused for " +
                       std::to_string(Held(evidence)) + " identifiers sent alone";
  if (evidence.rejected_lately > 0) {
    reason += " and " + std::to_string(evidence.rejected_lately) + " more in the last day";
  }
  return reason +
         (OthersAreTaken(evidence) ? ", while others are taken" : ", and none taken since");
}

}  // namespace

Transition Rejection(std::string reason, const EarlierEffect& earlier) {
  if (earlier.IsPossible()) return RefusalReview(earlier);
  return {.span = {}, .to = BatchState::kRejected, .reason = std::move(reason)};
}

Transition RefusalReview(const EarlierEffect& earlier) {
  return {
      .span = {},
      .to = BatchState::kNeedsReview,
      .reason = Text(earlier.IsPossible() ? Reason::kRefusedEffectUnknown : Reason::kRefusedAlone),
      .unknown_since = earlier.unknown_since};
}

milliseconds LoneRetryDelay(int lone_refusals) {
  constexpr milliseconds kSecondTry{1'000};
  constexpr milliseconds kFirst{5'000};
  const int refusals = std::clamp(lone_refusals, 1, kLoneTries);
  return refusals % 2 == 1 ? kSecondTry : kFirst * (1 << (refusals - 2));
}

RefusalRuling JudgeRefusals(Operation operation, const RefusalEvidence& evidence,
                            ControlCalls control_calls) {
  RefusalRuling ruling{.verdict = VerdictOn(operation, evidence, control_calls)};
  if (ruling.verdict == RefusalVerdict::kReject && MayReject(evidence) &&
      IsAloneTaken(operation, evidence)) {
    ruling.room = std::max(0, kFewRefusals - evidence.rejected_lately);
  }
  if (ruling.verdict == RefusalVerdict::kBlock) {
    ruling.account_reason = SentenceFor(operation, evidence);
    ruling.resume = OthersAreTaken(evidence) ? Resume::kOperator : Resume::kBatch;
  }
  return ruling;
}

}  // namespace lethe
