#pragma once

#include <vector>

#include "lethe/decision.h"
#include "lethe/time.h"
#include "lethe/vendor.h"
#include "lethe/window.h"

namespace lethe {

// What Decide() reads answers with.

/// What one answer is read with.
struct Reading {
  const ProcessingHours& hours;
  TimePoint now;
  milliseconds delay;            ///< Before the batch is sent again.
  milliseconds slot_rest;        ///< Of a slot whose call told nothing.
  milliseconds lone_delay;       ///< Before an identifier that was not taken alone is sent again.
  milliseconds throttled_delay;  ///< Grows with the calls that were throttled.
};

AttemptFacts WithEffectUnknown(AttemptFacts facts);

/// Halves what was not taken together; the halves are first in line for the next free slot. One
/// that is alone is held for JudgeRefusals().
std::vector<Transition> Halve(const AttemptFacts& facts, const Reading& reading);

/// After an answer that speaks of each record of the call by itself.
Plan AfterPartial(const AttemptFacts& facts, const VendorReply& reply, const Reading& reading);

}  // namespace lethe
