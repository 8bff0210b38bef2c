#include "core/answer.h"

#include <chrono>

#include "core/transitions.h"
#include "lethe/reasons.h"

namespace lethe {

using namespace std::chrono_literals;

AttemptFacts WithEffectUnknown(AttemptFacts facts) {
  if (!facts.unknown_since) facts.unknown_since = facts.started_at;
  return facts;
}

std::vector<Transition> Halve(const AttemptFacts& facts, const Reading& reading) {
  if (facts.span.size() == 1) return {Hold(facts, reading.hours, reading.now)};
  AttemptFacts left = facts;
  left.refused_since = RefusedAt(facts, reading.now);
  if (!MayResend(left, reading.hours, reading.now)) return {HoldForLook(left)};
  AttemptFacts right = left;
  left.span.hi = left.span.lo + (left.span.size() - 1) / 2;
  right.span.lo = left.span.hi + 1;
  return {Again(left, Reason::kRefusedTogether, reading.hours, reading.now, 0ms),
          Again(right, Reason::kRefusedTogether, reading.hours, reading.now, 0ms)};
}

}  // namespace lethe
