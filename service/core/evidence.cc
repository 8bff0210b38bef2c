// What an answer is about, and what it shows about its route.
#include "lethe/decision.h"

namespace lethe {

bool IsTakingOthers(const AttemptFacts& facts) {
  const RouteHealth& health = facts.health;
  return health.accepted_at > facts.started_at - kFreshEvidence && health.failing <= kFewFailing;
}

bool IsAboutPayload(const AttemptFacts& facts, OutcomeClass outcome) {
  const std::optional<TimePoint> since =
      facts.refused_since ? facts.refused_since : facts.unknown_since;
  // A batch that was throttled often is marked for that alone. An outage must not take it apart.
  const bool may_be_throttled = facts.throttled_calls >= kManyThrottled;
  const bool tells = !may_be_throttled || outcome == OutcomeClass::kThrottled;
  if (since && tells && facts.health.accepted_at > since) return true;
  // Credentials expire from one call to the next: what was taken before tells only of those that a
  // look found right.
  return !AreCredentialsDoubted(facts, outcome) && IsTakingOthers(facts);
}

bool AreCredentialsDoubted(const AttemptFacts& facts, OutcomeClass outcome) {
  const RouteHealth& health = facts.health;
  const bool found_right =
      (facts.refused_since && health.connected_at > facts.refused_since) ||
      (IsTakingOthers(facts) && health.connected_at > facts.started_at - kCredentialsFoundRight);
  return outcome == OutcomeClass::kAccountBlocked && !found_right && !health.is_probe;
}

RouteEvidence RouteEvidenceOf(const AttemptFacts& facts, const Plan& plan) {
  RouteEvidence evidence;
  for (const Transition& run : plan.transitions) {
    const bool is_refused =
        run.to == BatchState::kRejected || (run.to == BatchState::kHeld && run.lone_refusals == 1);
    if (run.to == BatchState::kAccepted) evidence.taken += run.span.size();
    if (is_refused || run.to == BatchState::kAccepted) evidence.judged += run.span.size();
  }
  if (evidence.judged > kMostJudged) {
    evidence.taken = kMostJudged * evidence.taken / evidence.judged;
    evidence.judged = kMostJudged;
  }
  evidence.hiccup = evidence.taken > 0 && facts.lone_refusals > 0 && !facts.unknown_since;
  return evidence;
}

}  // namespace lethe
