#pragma once

#include <optional>
#include <string>

#include "lethe/decision.h"
#include "lethe/reasons.h"

namespace lethe {

// What becomes of one run of a batch after an answer: the parts of which Decide() makes its plans.
// `now` is the time of the answer. The caller sets the span where it is not the whole of `facts`.

Transition Accept(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now);

/// An operator decides.
Transition Review(const AttemptFacts& facts, Reason reason);

/// For what must not be repeated blindly: it waits for a look-up where one can tell, otherwise for
/// an operator.
Transition HoldForLook(const AttemptFacts& facts);

/// `when`, or shortly before the horizon of an unknown effect, if that comes first and is still to
/// come at `now`: a long delay must not use the horizon up.
TimePoint BeforeHorizon(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now,
                        TimePoint when);

/// Ready to be sent again after `delay`, or BeforeHorizon(); HoldForLook() if MayResend() forbids
/// it then.
Transition Again(const AttemptFacts& facts, Reason reason, const ProcessingHours& hours,
                 TimePoint now, milliseconds delay);

/// For JudgeRefusals(), after a refusal alone. Confirmed if it is the one of kConfirmingRefusal; to
/// an operator if it is that of kMostLoneRefusals.
Transition Hold(const AttemptFacts& facts, const ProcessingHours& hours, TimePoint now);

/// When the answer came that did not take the call. Not the start of the call, because a later
/// acceptance proves more: CleverTap has decided at some moment between the two.
TimePoint RefusedAt(const AttemptFacts& facts, TimePoint now);

/// The reason of a rejection for which CleverTap gave `code`: the code if it is short digits, for
/// digits enough for a phone number may be one.
std::string RejectionReason(const std::string& code);

}  // namespace lethe
