// Whether a call whose effect is unknown may be repeated.
#include <chrono>

#include "lethe/decision.h"
#include "lethe/window.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

// By how much a clock may be corrected backwards without a word; more is a jump.
constexpr milliseconds kMostCorrection = 1min;

}  // namespace

bool MayResend(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now) {
  if (!facts.unknown_since) return true;
  if (now < *facts.unknown_since - kMostCorrection) return false;
  ProcessingHours effective = hours;
  // A configured horizon shortens blind repeats. This one is not blind.
  if (facts.unchanged) effective.resend = {};
  return now <= ResendUntil(facts.operation, *facts.unknown_since, effective);
}

}  // namespace lethe
