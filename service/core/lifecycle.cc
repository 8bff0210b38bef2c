#include "lethe/batch.h"
#include "lethe/decision.h"

namespace lethe {

bool CanMove(BatchState from, BatchState to) {
  using enum BatchState;
  switch (from) {
    // A batch that cannot be read goes to an operator without ever being sent.
    case kOpen:
      return to == kReady || to == kHeld || to == kSending || to == kNeedsReview ||
             to == kCancelled;
    case kReady: return to == kHeld || to == kSending || to == kNeedsReview || to == kCancelled;
    case kHeld: return to == kReady || to == kRejected || to == kNeedsReview || to == kCancelled;
    // Never back to open: an attempt names its identifiers, so they must stay what they were.
    case kSending:
      return to == kReady || to == kHeld || to == kAccepted || to == kRejected ||
             to == kNeedsReview;
    // Read-back may find that the call had no effect.
    case kAccepted: return to == kDone || to == kReady || to == kNeedsReview;
    // Only an operator's decision moves it.
    case kNeedsReview: return to == kReady || to == kAccepted || to == kCancelled;
    case kDone:
    case kRejected:
    case kCancelled: return false;
  }
  return false;
}

bool Covers(const Plan& plan, Span span) {
  int next = span.lo;
  for (const Transition& transition : plan.transitions) {
    if (transition.span.lo != next || transition.span.hi < next) return false;
    next = transition.span.hi + 1;
  }
  return next == span.hi + 1;
}

}  // namespace lethe
