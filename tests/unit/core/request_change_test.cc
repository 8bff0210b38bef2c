#include "lethe/request_change.h"

#include <gtest/gtest.h>

#include "lethe/reasons.h"

namespace lethe {
namespace {

using enum BatchState;
using enum ChangeEffect;

ChangeEffect Of(RequestChange change, BatchState state, Reason reason, bool may_have_effect) {
  return EffectOf(
      change,
      {.state = state, .reason = std::string(Name(reason)), .may_have_effect = may_have_effect});
}

TEST(RequestChange, CancelsOnlyWhatCleverTapDoesNotHave) {
  for (const BatchState state : {kOpen, kReady, kHeld, kNeedsReview}) {
    EXPECT_EQ(Of(RequestChange::kCancel, state, Reason::kThrottled, false), kChanged);
    EXPECT_EQ(Of(RequestChange::kCancel, state, Reason::kThrottled, true), kIrreversible);
  }
}

TEST(RequestChange, AHoldIsOfWhatWouldBeSent) {
  for (const BatchState state : {kOpen, kReady, kHeld}) {
    for (const bool may_have_effect : {false, true}) {
      EXPECT_EQ(Of(RequestChange::kHold, state, Reason::kThrottled, may_have_effect), kChanged);
      EXPECT_EQ(Of(RequestChange::kRelease, state, Reason::kThrottled, may_have_effect),
                kChangedBefore);
    }
  }
  EXPECT_EQ(Of(RequestChange::kHold, kHeld, Reason::kOnHold, false), kChangedBefore);
  EXPECT_EQ(Of(RequestChange::kRelease, kHeld, Reason::kOnHold, false), kChanged);
}

TEST(RequestChange, DoesNothingToWhatIsBeingSentOrFinal) {
  for (const RequestChange change : kAll<RequestChange>) {
    const bool cancels = change == RequestChange::kCancel;
    EXPECT_EQ(Of(change, kSending, Reason::kThrottled, false), kBeingSent);
    EXPECT_EQ(Of(change, kAccepted, Reason::kThrottled, true), kIrreversible);
    EXPECT_EQ(Of(change, kDone, Reason::kThrottled, true), cancels ? kIrreversible : kFinal);
    EXPECT_EQ(Of(change, kRejected, Reason::kRefusedByVendor, false), kFinal);
    EXPECT_EQ(Of(change, kCancelled, Reason::kCancelledOnRequest, false),
              cancels ? kChangedBefore : kFinal);
  }
}

TEST(RequestChange, LeadsOnlyWhereTheStateMachineHasAnEdge) {
  for (const RequestChange change : kAll<RequestChange>) {
    for (const BatchState state : kAll<BatchState>) {
      for (const Reason reason : kAll<Reason>) {
        if (Of(change, state, reason, false) != kChanged) continue;
        const BatchState to = Leads(change).state;
        EXPECT_TRUE(state == to || CanMove(state, to)) << Name(change) << " of " << Name(state);
      }
    }
  }
}

}  // namespace
}  // namespace lethe
