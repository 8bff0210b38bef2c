// Whether a call whose effect is unknown may be repeated.
#include <algorithm>
#include <chrono>

#include "core/transitions.h"
#include "lethe/decision.h"
#include "lethe/window.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;

// By how much a clock may be corrected backwards without a word; more is a jump.
constexpr milliseconds kMostCorrection = 1min;

// A slot must be free by then.
constexpr milliseconds kLastTryBeforeHorizon = 30s;

TimePoint HorizonOf(const AttemptFacts& facts, const ProcessingHours& hours) {
  ProcessingHours effective = hours;
  // A configured horizon shortens blind repeats. This one is not blind.
  if (facts.unchanged) effective.resend = {};
  return ResendUntil(facts.operation, *facts.unknown_since, effective);
}

}  // namespace

bool MayResend(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now) {
  if (!facts.unknown_since) return true;
  if (now < *facts.unknown_since - kMostCorrection) return false;
  return now <= HorizonOf(facts, hours);
}

TimePoint BeforeHorizon(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now,
                        TimePoint when) {
  if (!facts.unknown_since) return when;
  const TimePoint last = HorizonOf(facts, hours) - kLastTryBeforeHorizon;
  return last > now ? std::min(when, last) : when;
}

}  // namespace lethe
