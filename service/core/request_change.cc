#include "lethe/request_change.h"

#include "lethe/reasons.h"

namespace lethe {
namespace {

ChangeEffect OfCancel(const ChangeFacts& facts) {
  switch (facts.state) {
    case BatchState::kSending: return ChangeEffect::kBeingSent;
    case BatchState::kAccepted:
    case BatchState::kDone: return ChangeEffect::kIrreversible;
    case BatchState::kRejected: return ChangeEffect::kFinal;
    case BatchState::kCancelled: return ChangeEffect::kChangedBefore;
    case BatchState::kOpen:
    case BatchState::kReady:
    case BatchState::kHeld:
    case BatchState::kNeedsReview: break;
  }
  return facts.may_have_effect ? ChangeEffect::kIrreversible : ChangeEffect::kChanged;
}

ChangeEffect OfHoldOrRelease(bool holds, const ChangeFacts& facts) {
  switch (facts.state) {
    case BatchState::kSending: return ChangeEffect::kBeingSent;
    case BatchState::kAccepted: return ChangeEffect::kIrreversible;
    case BatchState::kNeedsReview: return ChangeEffect::kInReview;
    case BatchState::kDone:
    case BatchState::kRejected:
    case BatchState::kCancelled: return ChangeEffect::kFinal;
    case BatchState::kOpen:
    case BatchState::kReady:
    case BatchState::kHeld: break;
  }
  const bool is_on_hold = facts.state == BatchState::kHeld && facts.reason == Name(Reason::kOnHold);
  return is_on_hold == holds ? ChangeEffect::kChangedBefore : ChangeEffect::kChanged;
}

}  // namespace

ChangeEffect EffectOf(RequestChange change, const ChangeFacts& facts) {
  switch (change) {
    case RequestChange::kCancel: return OfCancel(facts);
    case RequestChange::kHold: return OfHoldOrRelease(true, facts);
    case RequestChange::kRelease: break;
  }
  return OfHoldOrRelease(false, facts);
}

ChangedTo Leads(RequestChange change) {
  switch (change) {
    case RequestChange::kCancel: return {BatchState::kCancelled, Name(Reason::kCancelledOnRequest)};
    case RequestChange::kHold: return {BatchState::kHeld, Name(Reason::kOnHold)};
    case RequestChange::kRelease: break;
  }
  return {BatchState::kReady, {}};
}

}  // namespace lethe
