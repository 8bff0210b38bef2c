#include "contract/delivery_queue/refusal_contract.h"

#include "lethe/reasons.h"

namespace lethe::contract {
namespace {

TEST_P(RefusalContract, AQueueThatHoldsNoRefusalsHasNoCases) {
  Add();
  EXPECT_FALSE(HasCases());
}

TEST_P(RefusalContract, TellsTheCaseOfOneRouteAlone) {
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_EQ(queue().RefusalCases(kErase).value().size(), 1U);
  for (const Route& other : {kEraseElsewhere, Route{kErase.account, Operation::kDemerge}}) {
    EXPECT_TRUE(queue().RefusalCases(other).value().empty());
  }
}

TEST_P(RefusalContract, TellsWhatIsKnownOfARoute) {
  AddHeld(Reason::kRefusedConfirmed);
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_EQ(
      Evidence(),
      (RefusalEvidence{.confirmed = 1, .unvouched = 1, .control_due = true, .refused_people = 2}));

  at().Advance(1s);
  AcceptOne();
  EXPECT_EQ(Evidence(), (RefusalEvidence{.confirmed = 1,
                                         .vouched = 1,
                                         .taken_lately = true,
                                         .control_due = true,
                                         .lone_taken = true,
                                         .refused_people = 2}));

  AddHeld(Reason::kRefusedUnconfirmed);
  Add();
  EXPECT_EQ(Evidence(), (RefusalEvidence{.confirmed = 1,
                                         .vouched = 1,
                                         .unvouched = 1,
                                         .others_under_way = true,
                                         .taken_lately = true,
                                         .control_due = true,
                                         .lone_taken = true,
                                         .refused_people = 3}));
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_TRUE(Evidence().others_under_way) << "a call that is under way may still show something";
}

TEST_P(RefusalContract, CountsTheIdentifiersOfAnUnfinishedSearch) {
  AddHeld(Reason::kRefusedConfirmed);
  Add(10);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Plan plan = Again(*claim);
  plan.transitions[0].refused_since = claim->facts.started_at;
  ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kRefused}, plan), Recorded::kApplied);
  EXPECT_EQ(Evidence().searching, 10);
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.refused_since, claim->facts.started_at);
  EXPECT_EQ(Evidence().searching, 10);
}

TEST_P(RefusalContract, AConfirmationHoldsUntilTheIdentifierIsDue) {
  AddHeld(Reason::kRefusedConfirmed, 0ms, {}, kConfirmingRefusal);
  at().Advance(kRetry - 1ms);
  EXPECT_EQ(Evidence().confirmed, 1);
  at().Advance(1ms);
  EXPECT_EQ(Evidence().confirmed, 0);
  EXPECT_EQ(Evidence().due, 1);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kRejected), 0) << "it was seen too long ago";
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  EXPECT_TRUE(Take());
}

TEST_P(RefusalContract, AnOldConfirmationOfOneThatWasTriedTooOftenGoesToReview) {
  AddHeld(Reason::kRefusedConfirmed, 0ms, {}, kLoneTries);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReview}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kNeedsReview), 0);
  at().Advance(kRetry);
  EXPECT_EQ(Evidence().worn_out, 1);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReview}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kNeedsReview), 1);
}

TEST_P(RefusalContract, ASlotThatWasNotUsedForAnHourTellsNothingOfToday) {
  AcceptOne(100);
  at().Advance(1h);
  Add();
  const auto first = Take();
  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_FALSE(Evidence().mostly_taken) << "through the other slot";
}

TEST_P(RefusalContract, OneThatGetsNoAnswerIsNoSearchThatTheOthersWaitFor) {
  AddHeld(Reason::kRefusedUnconfirmed);
  Add();
  for (int calls = 0; calls < 2; ++calls) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Plan plan = Again(*claim, 1h);
    plan.transitions[0].refused_since = at().Now();
    Record(*claim, {.outcome = OutcomeClass::kUnknown}, plan);
    if (calls == 0) at().Advance(1h);
  }
  EXPECT_EQ(Evidence().searching, 0);
  EXPECT_EQ(Evidence().stuck, 1);
}

TEST_P(RefusalContract, OneThatWaitsToBeSentAloneAgainIsNoSearchAndMayNeedAControlCall) {
  AddWaiting({.span = {}, .refused_since = at().Now(), .lone_refusals = 1});
  EXPECT_EQ(Evidence().searching, 0);
  EXPECT_EQ(Evidence().stuck, 1);
  EXPECT_FALSE(Evidence().others_under_way);
  at().Advance(1ms);
  AcceptOne();
  EXPECT_FALSE(HasCases()) << "others were accepted since";
}

TEST_P(RefusalContract, WhatWaitsLongIsNoSearchThatTheOthersWaitFor) {
  AddHeld(Reason::kRefusedUnconfirmed);
  AddWaiting(
      {.span = {}, .not_before = at().Now() + kVouchedFor + 1ms, .refused_since = at().Now()});
  EXPECT_EQ(Evidence().searching, 0);
  at().Advance(1ms);
  EXPECT_EQ(Evidence().searching, 1);
}

TEST_P(RefusalContract, AClaimMayAskWhatWasTakenSince) {
  Add();
  const auto hanging = Take();
  ASSERT_TRUE(hanging);
  EXPECT_EQ(hanging->facts.health.accepted_at, std::nullopt);
  at().Advance(1s);
  const TimePoint accepted_at = at().Now();
  AcceptOne();
  const auto health = queue().HealthSince(*hanging).value();
  EXPECT_EQ(health.accepted_at, accepted_at);
  EXPECT_EQ(health.failing, 0);
  EXPECT_FALSE(health.is_probe);
}

TEST_P(RefusalContract, ABatchThatWaitsLongShowsNothingSoon) {
  AddHeld(Reason::kRefusedUnconfirmed);
  AddWaiting({.span = {}, .not_before = at().Now() + kVouchedFor + 1ms});
  EXPECT_FALSE(Evidence().others_under_way);
  at().Advance(1ms);
  EXPECT_TRUE(Evidence().others_under_way);
}

TEST_P(RefusalContract, AnIdentifierThatWasNotTakenAloneGoesAfterTheSearchInItsEnvelope) {
  Add(4);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const int lo = claim->facts.span.lo;
  const TimePoint now = at().Now();
  const auto run = [&](int first, int last, int lone_refusals, milliseconds delay) {
    return Transition{.span = {lo + first, lo + last},
                      .to = BatchState::kReady,
                      .reason = Text(Reason::kRefusedTogether),
                      .not_before = now + delay,
                      .refused_since = now,
                      .lone_refusals = lone_refusals};
  };
  Record(*claim, {.outcome = OutcomeClass::kRefused},
         {.transitions = {run(0, 0, 1, 0ms), run(1, 2, 0, 0ms), run(3, 3, 0, 1h)}});
  const auto first = Take();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->facts.span, (Span{lo + 1, lo + 2}));
  const auto second = Take();
  ASSERT_TRUE(second) << "the last one waits for another reason";
  EXPECT_EQ(second->facts.span, (Span{lo, lo}));
}

TEST_P(RefusalContract, AHeldIdentifierIsDueAfterItsDelay) {
  AddHeld(Reason::kRefusedUnconfirmed);
  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_EQ(Evidence().due, 0);
  at().Advance(kRetry - 1ms);
  AddHeld(Reason::kRefusedConfirmed);
  at().Advance(1ms);
  EXPECT_EQ(Evidence().due, 2);
  EXPECT_FALSE(Evidence().lone_under_way);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kHeld), 2) << "one at a time";
  EXPECT_TRUE(Evidence().lone_under_way);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->facts.lone_refusals, 1);
  EXPECT_TRUE(Evidence().lone_under_way);
}

TEST_P(RefusalContract, CountsThoseThatWereTriedTooOften) {
  AddHeld(Reason::kRefusedUnconfirmed, 0ms, {}, kLoneTries - 1);
  EXPECT_EQ(Evidence().worn_out, 0);
  AddHeld(Reason::kRefusedUnconfirmed, 0ms, {}, kLoneTries);
  EXPECT_EQ(Evidence().worn_out, 1);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReview}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kNeedsReview), 1);
  EXPECT_EQ(Count(BatchState::kHeld), 1);
  EXPECT_EQ(at().Batches().at(1).reason, Name(Reason::kRefusedAlone));
  EXPECT_EQ(Evidence().refused_people, 2);
}

TEST_P(RefusalContract, RefusalsWhileOthersWereTakenAreNoTriesTooMany) {
  AddHeld(Reason::kRefusedUnconfirmed, 0ms, {}, kLoneTries + 2, 3);
  EXPECT_EQ(Evidence().worn_out, 0);
  AddHeld(Reason::kRefusedUnconfirmed, 0ms, {}, kLoneTries + 2, 2);
  EXPECT_EQ(Evidence().worn_out, 1);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReview}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kNeedsReview), 1);
}

TEST_P(RefusalContract, AReviewForAnotherReasonIsNoRefusal) {
  AddHeld(Reason::kRefusedConfirmed);
  for (const Reason reason :
       {Reason::kUnknownOutcome, Reason::kUnaccountable, Reason::kWaitedTooLong}) {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Record(
        *claim, {.outcome = OutcomeClass::kUnknown},
        {.transitions = {
             {.span = claim->facts.span, .to = BatchState::kNeedsReview, .reason = Text(reason)}}});
  }
  EXPECT_EQ(Count(BatchState::kNeedsReview), 3);
  EXPECT_EQ(Evidence().refused_people, 1);
}

TEST_P(RefusalContract, AnAcceptanceIsForgottenAfterADay) {
  AcceptOne();
  AddHeld(Reason::kRefusedConfirmed);
  at().Advance(kRefusalMemory - 1ms);
  EXPECT_TRUE(Evidence().taken_lately);
  at().Advance(1ms);
  EXPECT_FALSE(Evidence().taken_lately) << "the rule may have changed since";
}

TEST_P(RefusalContract, AUnknownOutcomeThatNothingElseCanClearUpIsACase) {
  FailOne();
  EXPECT_FALSE(HasCases()) << "once may be a hiccup";
  at().Advance(1h);
  const auto again = Take();
  ASSERT_TRUE(again);
  Plan plan = this->Again(*again, 1h);
  plan.transitions[0].unknown_since = again->facts.unknown_since;
  Record(*again, {.outcome = OutcomeClass::kUnknown}, plan);
  EXPECT_EQ(Evidence().stuck, 1);
  EXPECT_FALSE(Evidence().others_under_way);
  AcceptOne();
  EXPECT_FALSE(HasCases()) << "others were accepted since";
}

TEST_P(RefusalContract, AClaimKnowsHowManyEnvelopesFailInARow) {
  EXPECT_EQ(Health().failing, 0);
  at().Advance(kLease);
  FailOne();
  EXPECT_EQ(Health().failing, 1);
}

TEST_P(RefusalContract, OneEnvelopeThatFailsTwiceCountsOnce) {
  FailOne();
  at().Advance(1h);
  const auto again = Take();
  ASSERT_TRUE(again);
  Plan plan = this->Again(*again, 1h);
  plan.taken = false;
  Record(*again, {.outcome = OutcomeClass::kUnknown}, plan);
  EXPECT_EQ(Health().failing, 1);
}

TEST_P(RefusalContract, AnAcceptanceEndsTheRowOfFailures) {
  FailOne();
  FailOne();
  FailOne();
  at().Advance(1s);
  AcceptOne();
  EXPECT_EQ(Health().failing, 0);
}

TEST_P(RefusalContract, AfterAnAcceptanceANewRowOfFailuresBegins) {
  for (int i = 0; i < 3; ++i) FailOne();
  at().Advance(1s);
  AcceptOne();
  at().Advance(1s);
  FailOne();
  EXPECT_EQ(Health().failing, 1);
}

TEST_P(RefusalContract, KnowsWhetherMostOfTheLatestIdentifiersWereTaken) {
  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_FALSE(Evidence().mostly_taken);
  AcceptOne();
  EXPECT_TRUE(Evidence().mostly_taken) << "half is enough";
  AcceptOne(1000);
  for (int i = 0; i < 15; ++i) AddHeld(Reason::kRefusedConfirmed);
  EXPECT_TRUE(Evidence().mostly_taken);
  for (int i = 0; i < 15; ++i) AddHeld(Reason::kRefusedConfirmed);
  EXPECT_FALSE(Evidence().mostly_taken) << "what is long ago counts less";
}

TEST_P(RefusalContract, ASearchForOneIsNoSignThatMostAreRefused) {
  AddHeld(Reason::kRefusedConfirmed);
  AcceptOne(100);
  for (int i = 0; i < 60; ++i) FailOne();
  EXPECT_TRUE(Evidence().mostly_taken);
}

TEST_P(RefusalContract, RemembersForAnHourThatARefusedIdentifierWasTaken) {
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_FALSE(Evidence().hiccup_lately);
  at().Advance(kRetry);
  ASSERT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  const auto again = Take();
  ASSERT_TRUE(again);
  ASSERT_EQ(Record(*again, Yes(), Accepted(*again)), Recorded::kApplied);

  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_TRUE(Evidence().hiccup_lately);
  EXPECT_EQ(OnlyHealth().hiccup_at, at().Now());
  Add();
  const auto next = Take();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->facts.health.hiccup_at, at().Now()) << "a record that is named waits for it";
  at().Advance(kHiccupMemory - 1ms);
  EXPECT_TRUE(Evidence().hiccup_lately);
  at().Advance(1ms);
  EXPECT_FALSE(Evidence().hiccup_lately);
}

TEST_P(RefusalContract, ForgetsReviewsOfMoreThanADayAgo) {
  AddHeld(Reason::kRefusedUnconfirmed, 0ms, {}, kLoneTries);
  ASSERT_EQ(Settle({.verdict = RefusalVerdict::kReview}), Recorded::kApplied);
  at().Advance(kRefusalMemory - 1ms);
  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_EQ(Evidence().refused_people, 2);
  at().Advance(1ms);
  EXPECT_EQ(Evidence().refused_people, 1);
}

TEST_P(RefusalContract, AnAcceptanceVouchesForAShortTime) {
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(1s);
  AcceptOne();
  at().Advance(kVouchedFor - 1ms);
  EXPECT_EQ(Evidence().vouched, 1);
  EXPECT_EQ(Evidence().vouched_due, 1);
  at().Advance(1ms);
  EXPECT_EQ(Evidence().vouched, 0);
  EXPECT_EQ(Evidence().due, 1);
}

TEST_P(RefusalContract, AnIdentifierIsSentAgainNoEarlierForBeingVouchedFor) {
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(1s);
  AcceptOne();
  EXPECT_EQ(Evidence().vouched, 1);
  EXPECT_EQ(Evidence().vouched_due, 0);
  at().Advance(kRetry - 1s);
  EXPECT_EQ(Evidence().vouched_due, 1);
}

TEST_P(RefusalContract, AControlCallThatWasAcceptedIsEvidenceButTakesNobody) {
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(1s);
  const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
  ASSERT_TRUE(offer->lease);
  EXPECT_FALSE(Evidence().control_due);
  EXPECT_FALSE(at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true})->lease)
      << "one is enough";
  at().Advance(100ms);
  ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kAccepted}).ok());
  EXPECT_EQ(Evidence().vouched, 1);
  EXPECT_FALSE(Evidence().taken_lately);
  EXPECT_EQ(Health().accepted_at, at().Now()) << "a slow answer speaks as long as a quick one";
}

TEST_P(RefusalContract, CountsAnIdentifierThatWasHandedInManyTimesOnce) {
  for (const char* identifier : {"ann", "ann", "bob", "ann"}) {
    at().AddEnvelope({.route = kErase, .identifiers = {Identifier(identifier)}});
    const auto claim = Take();
    ASSERT_TRUE(claim);
    const Plan held{.transitions = {{.span = claim->facts.span,
                                     .to = BatchState::kHeld,
                                     .reason = Text(Reason::kRefusedUnconfirmed),
                                     .not_before = at().Now() + kRetry,
                                     .refused_since = at().Now(),
                                     .lone_refusals = 1}}};
    ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kRefused}, held), Recorded::kApplied);
  }
  EXPECT_EQ(Evidence().unvouched, 4);
  EXPECT_EQ(Evidence().refused_people, 2);
}

TEST_P(RefusalContract, TellsWhetherAControlCallWasTakenSinceTheRefusalBeforeTheLast) {
  const auto control = [this] {
    const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
    ASSERT_TRUE(offer->lease);
    ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kAccepted}).ok());
  };
  control();
  at().Advance(2s);
  AddHeld(Reason::kRefusedConfirmed, /*refused_ago=*/1s);
  EXPECT_FALSE(Evidence().control_taken) << "that was before";
  control();
  EXPECT_TRUE(Evidence().control_taken);
  at().Advance(2s);
  AddHeld(Reason::kRefusedConfirmed, /*refused_ago=*/1s);
  EXPECT_FALSE(Evidence().control_taken) << "not for each of them";
}

TEST_P(RefusalContract, AControlCallThatIsRefusedIsAHiccup) {
  AddHeld(Reason::kRefusedConfirmed);
  const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
  ASSERT_TRUE(offer->lease);
  ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kRefused}).ok());
  EXPECT_TRUE(Evidence().hiccup_lately) << "it can be about no one";
}

TEST_P(RefusalContract, ControlCallsAreMadeMoreAndMoreSeldomUntilOneIsAccepted) {
  AddHeld(Reason::kRefusedUnconfirmed);
  const auto make = [this](bool accepted) {
    const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
    if (offer->lease) {
      EXPECT_TRUE(at().slots()
                      .Free(*offer->lease, {.control = accepted ? OutcomeClass::kAccepted
                                                                : OutcomeClass::kUnknown})
                      .ok());
    }
    return offer->lease.has_value();
  };
  ASSERT_TRUE(make(false));
  for (const auto wait : {1s, 2s, 4s, 8s}) {
    at().Advance(wait - 1ms);
    EXPECT_FALSE(make(false));
    at().Advance(1ms);
    EXPECT_TRUE(make(false));
  }
  at().Advance(10min);
  ASSERT_TRUE(make(true));
  at().Advance(1s);
  EXPECT_FALSE(make(true)) << "its own delay was that of the tries before";
  at().Advance(10min);
  EXPECT_TRUE(make(true));
  at().Advance(1s);
  EXPECT_TRUE(make(true));
}

TEST_P(RefusalContract, AnAbandonedCallKnowsHowManySendersWereLostWithIt) {
  Add();
  for (const int lost : {1, 2, 3}) {
    ASSERT_TRUE(Take());
    at().Advance(kLease);
    const auto abandoned = TakeAbandoned();
    ASSERT_TRUE(abandoned);
    EXPECT_EQ(abandoned->facts.senders_lost, lost);
    RecordAbandoned(*abandoned, this->Again(*abandoned));
  }
}

TEST_P(RefusalContract, ACallThatWasAnsweredLostNoSender) {
  Add();
  const auto answered = Take();
  ASSERT_TRUE(answered);
  Record(*answered, {.outcome = OutcomeClass::kUnknown, .http_status = 503}, Again(*answered));
  ASSERT_TRUE(Take());
  at().Advance(kLease);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  EXPECT_EQ(abandoned->facts.senders_lost, 1);
}

TEST_P(RefusalContract, AClaimKnowsWhenOthersWereAccepted) {
  EXPECT_EQ(Health().accepted_at, std::nullopt);
  const TimePoint accepted_at = at().Now();
  AcceptOne();
  at().Advance(1s);
  Add();
  EXPECT_EQ(Take()->facts.health.accepted_at, accepted_at);
}

TEST_P(RefusalContract, AnAcceptanceInAnotherAccountIsNoEvidence) {
  at().AddEnvelope({.route = kEraseElsewhere});
  const auto claim = Take(kEraseElsewhere);
  ASSERT_TRUE(claim);
  Record(*claim, Yes(), Accepted(*claim));
  Add();
  EXPECT_EQ(Take()->facts.health.accepted_at, std::nullopt);
}

TEST_P(RefusalContract, RejectsTheConfirmedOnly) {
  AddHeld(Reason::kRefusedConfirmed);
  AddHeld(Reason::kRefusedUnconfirmed);
  AcceptOne();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kRejected);
  EXPECT_EQ(rows[0].reason, Name(Reason::kRefusedByVendor));
  EXPECT_EQ(rows[0].finished_at, at().Now());
  EXPECT_EQ(rows[1].state, BatchState::kHeld);
  EXPECT_EQ(Evidence(), (RefusalEvidence{.unvouched = 1,
                                         .rejected_lately = 1,
                                         .taken_lately = true,
                                         .control_due = true,
                                         .refused_people = 2}));
  at().Advance(kRefusalMemory);
  EXPECT_EQ(Evidence().rejected_lately, 0);
}

TEST_P(RefusalContract, RejectsAsManyAsThereIsRoomForAndReviewsTheOthers) {
  for (int i = 0; i < 4; ++i) {
    AddHeld(Reason::kRefusedConfirmed, std::chrono::seconds(10 - i));
  }
  AcceptOne();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 3}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  for (int i : {0, 1, 2}) EXPECT_EQ(rows[i].state, BatchState::kRejected) << i;
  EXPECT_EQ(rows[3].state, BatchState::kNeedsReview);
  EXPECT_EQ(rows[3].reason, Name(Reason::kRefusedAlone));
  EXPECT_FALSE(HasCases());
}

TEST_P(RefusalContract, RejectsThoseFirstThatWereRefusedFirst) {
  for (const auto refused_ago : {2s, 4s, 1s, 3s}) {
    AddHeld(Reason::kRefusedConfirmed, refused_ago);
  }
  AcceptOne();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 2}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  for (int i : {1, 3}) EXPECT_EQ(rows[i].state, BatchState::kRejected) << i;
  for (int i : {0, 2}) EXPECT_EQ(rows[i].state, BatchState::kNeedsReview) << i;
}

TEST_P(RefusalContract, ReviewsConfirmedRefusalsThatAnEarlierCallMayHaveReached) {
  AddHeld(Reason::kRefusedConfirmed);
  const TimePoint unknown_since = at().Now() - 1min;
  AddHeld(Reason::kRefusedConfirmed, 0ms, unknown_since);
  AcceptOne();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kRejected);
  EXPECT_EQ(rows[1].state, BatchState::kNeedsReview);
  EXPECT_EQ(rows[1].reason, Name(Reason::kRefusedEffectUnknown));
  EXPECT_EQ(rows[1].unknown_since, unknown_since);
  EXPECT_EQ(rows[1].finished_at, std::nullopt);
  EXPECT_FALSE(HasCases());
}

TEST_P(RefusalContract, RejectsNoOneIfNoPersonWasTakenSinceTheFirstRefusal) {
  AcceptOne();
  at().Advance(1ms);
  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_TRUE(Evidence().taken_lately);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kRejected), 0) << "CleverTap's rule may have changed since";
  EXPECT_EQ(Count(BatchState::kNeedsReview), 1);
}

TEST_P(RefusalContract, RejectsNoOneForOthersTakenBetweenThisTroubleAndOneOfLongBefore) {
  for (const milliseconds before : {kOneSearch + 1ms, milliseconds(kOneSearch)}) {
    Add(2);
    const auto together = Take();
    ASSERT_TRUE(together);
    Plan halves = Again(*together);
    halves.transitions[0].unknown_since.reset();
    halves.transitions.push_back(halves.transitions[0]);
    halves.transitions[0].span.hi = 0;
    halves.transitions[1].span.lo = 1;
    halves.transitions[1].not_before = at().Now() + 24h;
    ASSERT_EQ(Record(*together, {.outcome = OutcomeClass::kRefused}, halves), Recorded::kApplied);
    at().Advance(1ms);
    const auto other = [this] {
      Add();
      std::optional<Claim> claim;
      std::vector<Claim> others;
      while ((claim = Take()) && claim->call_number() > 1) others.push_back(*claim);
      for (const Claim& one : others) Release(one);
      return claim;
    };
    const auto taken = other();
    ASSERT_TRUE(taken);
    ASSERT_EQ(Record(*taken, Yes(), Accepted(*taken)), Recorded::kApplied);
    at().Advance(before - 1ms);
    const auto alone = Take();
    ASSERT_TRUE(alone);
    ASSERT_EQ(alone->facts.span, (Span{0, 0}));
    const Plan held{.transitions = {{.span = alone->facts.span,
                                     .to = BatchState::kHeld,
                                     .reason = Text(Reason::kRefusedConfirmed),
                                     .not_before = at().Now() + kRetry,
                                     .refused_since = at().Now(),
                                     .lone_refusals = kConfirmingRefusal}}};
    ASSERT_EQ(Record(*alone, {.outcome = OutcomeClass::kRefused}, held), Recorded::kApplied);
    EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
    const bool is_of_before = before > kOneSearch;
    for (const BatchRow& row : at().Batches()) {
      if (row.envelope != alone->envelope || row.span.lo != 0) continue;
      EXPECT_EQ(row.state, is_of_before ? BatchState::kNeedsReview : BatchState::kRejected);
    }
  }
}

TEST_P(RefusalContract, RejectsNoOneWhomACallMayHaveReachedThatAnOperatorHasDecidedAbout) {
  Add();
  const auto unknown = Take();
  ASSERT_TRUE(unknown);
  // As an operator leaves it who sends it again: nothing of the call is kept with the batch.
  Plan again = Again(*unknown);
  again.transitions[0].unknown_since.reset();
  ASSERT_EQ(Record(*unknown, {.outcome = OutcomeClass::kUnknown}, again), Recorded::kApplied);
  const auto refused = Take();
  ASSERT_TRUE(refused);
  ASSERT_NO_FATAL_FAILURE(Confirm(*refused));
  AcceptOne();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
  EXPECT_EQ(at().Batches().front().state, BatchState::kNeedsReview);
  EXPECT_EQ(at().Batches().front().reason, Name(Reason::kRefusedEffectUnknown));
  EXPECT_TRUE(at().Batches().front().may_have_effect) << "an operator may say that it was taken";
}

TEST_P(RefusalContract, RejectsNoOneWhomAnotherRequestsAcceptedCallIsAbout) {
  const std::vector<Identifier> ann{Identifier("ann")};
  at().AddEnvelope({.route = kErase, .identifiers = ann});
  const auto accepted = Take();
  ASSERT_TRUE(accepted);
  ASSERT_EQ(Record(*accepted, Yes(), Accepted(*accepted)), Recorded::kApplied);
  at().Advance(1min);
  at().AddEnvelope({.route = kErase, .identifiers = ann});
  const auto refused = Take();
  ASSERT_TRUE(refused);
  ASSERT_NO_FATAL_FAILURE(Confirm(*refused));
  AcceptOne();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject, .room = 5}), Recorded::kApplied);
  EXPECT_EQ(at().Batches()[1].state, BatchState::kNeedsReview)
      << "CleverTap may refuse her because it is deleting her";
  EXPECT_EQ(at().Batches()[1].reason, Name(Reason::kRefusedEffectUnknown));
}

TEST_P(RefusalContract, SendsRefusalsAgainThatHaveWaitedLongEnough) {
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(kRetry);
  AcceptOne();
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kReady);
  EXPECT_TRUE(rows[0].refused_since);
  EXPECT_EQ(rows[2].state, BatchState::kHeld);
  EXPECT_TRUE(Take());
}

TEST_P(RefusalContract, SendsNoRefusalAgainWithoutAVoucherWhileAnotherHasOne) {
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(1ms);
  AcceptOne();
  at().Advance(1ms);
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(kRetry);
  EXPECT_EQ(Evidence().vouched_due, 1);
  EXPECT_EQ(Evidence().due, 1);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kReady), 1);
  EXPECT_EQ(Evidence().due, 1) << "its next refusal would confirm nothing";
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kReady), 2);
}

TEST_P(RefusalContract, ABlockThatOnlyAnOperatorEndsLetsNothingThrough) {
  AddHeld(Reason::kRefusedConfirmed);
  Add();
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kBlock,
                    .account_reason = "seen",
                    .resume = Resume::kOperator}),
            Recorded::kApplied);
  EXPECT_FALSE(HasCases());
  at().Advance(24h * 365);
  EXPECT_EQ(Sendable({kErase}), std::vector<Route>{});
  EXPECT_EQ(Take(), std::nullopt);
  EXPECT_EQ(Count(BatchState::kHeld), 1);
}

TEST_P(RefusalContract, ABlockThatABatchMayEndEndsWithTheFirstAcceptedBatch) {
  AddHeld(Reason::kRefusedUnconfirmed);
  Add();
  Add();
  const auto under_way = Take();
  ASSERT_TRUE(under_way);
  at().Advance(1s);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kBlock, .account_reason = "seen"}),
            Recorded::kApplied);
  EXPECT_EQ(Take(), std::nullopt);

  EXPECT_EQ(Record(*under_way, Yes(), Accepted(*under_way)), Recorded::kApplied);
  EXPECT_EQ(Take(), std::nullopt) << "it began before the block";

  at().Advance(10s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  EXPECT_EQ(Count(BatchState::kHeld), 1);
  EXPECT_EQ(Record(*probe, Yes(), Accepted(*probe)), Recorded::kApplied);
  EXPECT_EQ(Count(BatchState::kHeld), 0);
  EXPECT_TRUE(Take()) << "the held refusals are ready again";
}

TEST_P(RefusalContract, ARulingOnEvidenceThatChangedDoesNothing) {
  AddHeld(Reason::kRefusedConfirmed);
  const RefusalCase old{kErase, Evidence()};
  AddHeld(Reason::kRefusedConfirmed);
  EXPECT_EQ(queue().Settle(old, {.verdict = RefusalVerdict::kReject}).value(), Recorded::kFenced);
  EXPECT_EQ(Count(BatchState::kHeld), 2);

  const RefusalCase now{kErase, Evidence()};
  Add();
  Block(Take());
  EXPECT_EQ(queue().Settle(now, {.verdict = RefusalVerdict::kReject}).value(), Recorded::kFenced);
  EXPECT_EQ(Count(BatchState::kHeld), 2);
}

TEST_P(RefusalContract, ASlotCountsSetbacksUntilACallThatWasNone) {
  Add();
  for (int setbacks = 0; setbacks < 3; ++setbacks) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->facts.slot_setbacks, setbacks);
    Plan plan = Again(*claim);
    plan.setback = true;
    Record(*claim, {.outcome = OutcomeClass::kUnknown}, plan);
  }
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Release(*claim);
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.slot_setbacks, 3) << "a released claim made no call";
  Record(*again, {.outcome = OutcomeClass::kRefused}, Again(*again));
  EXPECT_EQ(Take()->facts.slot_setbacks, 0);
}

}  // namespace
}  // namespace lethe::contract
