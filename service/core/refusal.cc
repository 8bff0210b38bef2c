#include "lethe/refusal.h"

#include <utility>

#include "lethe/reasons.h"

namespace lethe {
namespace {

int Held(const RefusalEvidence& evidence) {
  return evidence.confirmed + evidence.vouched + evidence.unvouched;
}

bool OthersAreTaken(const RefusalEvidence& evidence) {
  return evidence.confirmed + evidence.vouched > 0;
}

RefusalVerdict VerdictOn(const RefusalEvidence& evidence) {
  if (Held(evidence) == 0) return RefusalVerdict::kWait;
  // At once: the search that goes on could only find more.
  if (Held(evidence) + evidence.rejected_lately > kFewRefusals) return RefusalVerdict::kBlock;
  if (evidence.searching > 0) return RefusalVerdict::kWait;
  if (evidence.vouched > 0) return RefusalVerdict::kSendAgain;
  if (evidence.unvouched > 0) {
    return evidence.others_under_way ? RefusalVerdict::kWait : RefusalVerdict::kBlock;
  }
  return RefusalVerdict::kReject;
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

Transition Rejection(std::string reason, std::optional<TimePoint> unknown_since) {
  if (!unknown_since) return {.span = {}, .to = BatchState::kRejected, .reason = std::move(reason)};
  return {.span = {},
          .to = BatchState::kNeedsReview,
          .reason = Text(Reason::kRefusedEffectUnknown),
          .unknown_since = unknown_since};
}

RefusalRuling JudgeRefusals(Operation operation, const RefusalEvidence& evidence) {
  RefusalRuling ruling{.verdict = VerdictOn(evidence)};
  if (ruling.verdict == RefusalVerdict::kBlock) {
    ruling.account_reason = SentenceFor(operation, evidence);
    ruling.resume = OthersAreTaken(evidence) ? Resume::kOperator : Resume::kBatch;
  }
  return ruling;
}

}  // namespace lethe
