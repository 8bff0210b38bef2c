#include "contract/request_changer/request_changer_contract.h"

namespace lethe::contract {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RequestChangerContract);

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(RequestChangerContract, WhatIsCancelledIsNeverSent) {
  for (const bool closed : {true, false}) {
    const RequestId request = Add(3, closed);
    EXPECT_EQ(Cancel(request), "changed 3");
  }
  at().Advance(72h);
  EXPECT_EQ(Take(), std::nullopt);
  EXPECT_THAT(Batches(), ElementsAre("0-2 cancelled cancelled_on_request",
                                     "0-2 cancelled cancelled_on_request"));
  EXPECT_EQ(at().Batches().front().finished_at, at().Now() - 72h);
}

TEST_P(RequestChangerContract, ARepeatChangesNothingMore) {
  const RequestId request = Add();
  EXPECT_EQ(Cancel(request, {1}), "changed 1");
  at().Advance(1s);
  EXPECT_EQ(Cancel(request), "changed 2, changed_before 1");
  at().Advance(1s);
  EXPECT_EQ(Cancel(request), "changed_before 3");
  EXPECT_EQ(at().Deciders().size(), 2U);
}

TEST_P(RequestChangerContract, WritesWhoDecidedAndWhy) {
  Cancel(Add());
  ASSERT_EQ(at().Deciders().size(), 1U);
  EXPECT_EQ(at().Deciders().front().principal, by_.principal);
  EXPECT_EQ(at().Deciders().front().justification, by_.justification);
}

TEST_P(RequestChangerContract, WhatIsInACallIsBeingSent) {
  const RequestId request = Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(Cancel(request), "being_sent 3");
  EXPECT_EQ(Hold(request), "being_sent 3");
  Accept(*claim);
  EXPECT_EQ(Cancel(request), "irreversible 3");
  EXPECT_EQ(Hold(request), "irreversible 3");
  EXPECT_THAT(Batches(), ElementsAre("0-2 accepted"));
}

TEST_P(RequestChangerContract, WhatACallMayHaveTakenIsNotCancelled) {
  const RequestId request = Add();
  auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, OutcomeClass::kUnknown,
         {.span = {},
          .to = BatchState::kReady,
          .reason = "unknown_outcome",
          .not_before = at().Now() + 1h,
          .unknown_since = at().Now()});
  EXPECT_EQ(Cancel(request), "irreversible 3");
  at().Advance(2h);
  claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, OutcomeClass::kThrottled,
         {.span = {}, .to = BatchState::kReady, .reason = "throttled"});
  EXPECT_EQ(Cancel(request), "irreversible 3")
      << "the batch has forgotten the first call, as after an operator's send-again";
}

TEST_P(RequestChangerContract, WhatCleverTapTurnedAwayIsCancelled) {
  const RequestId request = Add();
  for (const OutcomeClass outcome :
       {OutcomeClass::kThrottled, OutcomeClass::kRefused, OutcomeClass::kNotSent,
        OutcomeClass::kAccountBlocked, OutcomeClass::kMisconfigured}) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Record(*claim, outcome, {.span = {}, .to = BatchState::kReady, .reason = "throttled"});
  }
  EXPECT_EQ(Cancel(request), "changed 3");
}

TEST_P(RequestChangerContract, APartOfAnOpenEnvelopeIsCancelledAndTheRestIsSent) {
  const RequestId request = Add(5, /*closed=*/false);
  EXPECT_EQ(Cancel(request, {1, 3}), "changed 2");
  EXPECT_THAT(Batches(), ElementsAre("0-0 ready", "1-1 cancelled cancelled_on_request", "2-2 ready",
                                     "3-3 cancelled cancelled_on_request", "4-4 ready"));
  std::vector<int> sent;
  while (const auto claim = Take()) {
    sent.push_back(claim->facts.span.lo);
    Accept(*claim);
  }
  EXPECT_THAT(sent, ElementsAre(0, 2, 4));
}

TEST_P(RequestChangerContract, WhatIsOnHoldWaitsUntilItIsReleased) {
  const RequestId request = Add();
  EXPECT_EQ(Hold(request, {0, 1}), "changed 2");
  EXPECT_EQ(Hold(request), "changed 1, changed_before 2");
  at().Advance(24h * 365);
  EXPECT_EQ(Take(), std::nullopt);
  EXPECT_THAT(*at().queue().ReleaseHeld(100), 0);
  EXPECT_THAT(Batches(), ElementsAre("0-1 held on_hold", "2-2 held on_hold"));
  EXPECT_EQ(ReleaseIt(request), "changed 3");
  EXPECT_EQ(ReleaseIt(request), "changed_before 3");
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->facts.waiting_since, at().Now()) << "else it would have waited too long";
}

TEST_P(RequestChangerContract, WhatIsOnHoldMayBeCancelled) {
  const RequestId request = Add();
  Hold(request);
  EXPECT_EQ(Cancel(request), "changed 3");
  EXPECT_EQ(ReleaseIt(request), "final 3");
  EXPECT_EQ(Hold(request), "final 3");
}

TEST_P(RequestChangerContract, AHoldStopsTheRepeatOfACallThatMayHaveBeenTaken) {
  const RequestId request = Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, OutcomeClass::kUnknown,
         {.span = {},
          .to = BatchState::kReady,
          .reason = "unknown_outcome",
          .unknown_since = at().Now()});
  EXPECT_EQ(Hold(request), "changed 3");
  EXPECT_EQ(Take(), std::nullopt);
  EXPECT_EQ(ReleaseIt(request), "changed 3");
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->facts.unknown_since) << "its horizon goes on";
}

TEST_P(RequestChangerContract, AReleaseDoesNotRenewWhatAnOperatorAllowedToBeSentAgain) {
  const RequestId request = Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, OutcomeClass::kUnknown,
         {.span = {},
          .to = BatchState::kNeedsReview,
          .reason = "unknown_outcome",
          .unknown_since = at().Now()});
  at().SendReviewsAgain();
  const TimePoint allowed = at().Now();
  EXPECT_EQ(Hold(request, {0}), "changed 1");
  EXPECT_EQ(Hold(request), "changed 2, changed_before 1");
  at().Advance(24h);
  EXPECT_EQ(ReleaseIt(request), "changed 3");
  while (const auto again = Take()) {
    EXPECT_TRUE(again->facts.may_have_effect);
    EXPECT_EQ(again->facts.waiting_since, allowed);
    Accept(*again);
  }
  EXPECT_THAT(Batches(), ElementsAre("0-0 accepted", "1-2 accepted"));
}

TEST_P(RequestChangerContract, WhatNeedsAReviewMayBeCancelledIfNothingReachedCleverTap) {
  const RequestId request = Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, OutcomeClass::kRefused,
         {.span = {}, .to = BatchState::kNeedsReview, .reason = "refused_alone"});
  EXPECT_EQ(Hold(request), "in_review 3");
  EXPECT_EQ(Cancel(request), "changed 3");
}

TEST_P(RequestChangerContract, WhatWaitsForACancelledItemIsFree) {
  const RequestId erasure = Add(1);
  const auto first = Take();
  ASSERT_TRUE(first);
  const RequestId demerge = at().AddDemergeOfTheSame(erasure);
  EXPECT_EQ(Take(Operation::kDemerge), std::nullopt) << "it waits for the erasure";
  Record(*first, OutcomeClass::kThrottled,
         {.span = {}, .to = BatchState::kReady, .reason = "throttled"});
  EXPECT_EQ(Hold(demerge), "changed 1");
  EXPECT_EQ(ReleaseIt(demerge), "changed 1");
  EXPECT_EQ(Take(Operation::kDemerge), std::nullopt) << "it waits again";
  EXPECT_EQ(Cancel(erasure), "changed 1");
  EXPECT_EQ(*at().queue().ReleaseHeld(100), 1);
  EXPECT_TRUE(Take(Operation::kDemerge));
}

TEST_P(RequestChangerContract, APreviewCountsAndChangesNothing) {
  const RequestId request = Add();
  EXPECT_EQ(Counted(Change(request, RequestChange::kCancel, {0}, /*preview=*/true)), "changed 1");
  EXPECT_THAT(Batches(), ElementsAre("0-2 ready"));
  EXPECT_THAT(at().Deciders(), IsEmpty());
}

TEST_P(RequestChangerContract, AnOrdinalThatTheRequestDoesNotHaveChangesNothing) {
  const RequestId request = Add();
  EXPECT_EQ(Cancel(request, {0, 3}), "ITEM_NOT_FOUND");
  EXPECT_THAT(Batches(), ElementsAre("0-2 ready"));
}

TEST_P(RequestChangerContract, TheRequestOfAnotherAccountIsNone) {
  const RequestId request = Add();
  const auto counts = at().changer().Change({.by = by_,
                                             .account = "globex",
                                             .request = request,
                                             .ordinals = {},
                                             .change = RequestChange::kCancel,
                                             .preview = false});
  EXPECT_EQ(Counted(counts), "REQUEST_NOT_FOUND");
  EXPECT_EQ(Counted(Change(RequestId{4'000'000}, RequestChange::kHold)), "REQUEST_NOT_FOUND");
  EXPECT_THAT(Batches(), ElementsAre("0-2 ready"));
}

}  // namespace lethe::contract
