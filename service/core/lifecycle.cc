#include "lethe/batch.h"

namespace lethe {

bool CanMove(BatchState from, BatchState to) {
  using enum BatchState;
  switch (from) {
    // A batch whose items are missing goes to a person without ever being sent.
    case kOpen: return to == kReady || to == kSending || to == kNeedsReview;
    case kReady: return to == kSending || to == kNeedsReview;
    // Never back to open: an attempt names its identifiers, so they must stay what they were.
    case kSending: return to == kReady || to == kAccepted || to == kRejected || to == kNeedsReview;
    case kAccepted: return to == kDone;
    case kDone:
    case kRejected:
    case kNeedsReview: return false;
  }
  return false;
}

}  // namespace lethe
