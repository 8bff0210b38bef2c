#include "contract/delivery_queue/refusal_contract.h"

#include "lethe/reasons.h"

namespace lethe::contract {
namespace {

TEST_P(RefusalContract, AQueueThatHoldsNoRefusalsHasNoCases) {
  Add();
  EXPECT_FALSE(HasCases());
}

TEST_P(RefusalContract, TellsWhatIsKnownOfARoute) {
  AddHeld(Reason::kRefusedConfirmed);
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_EQ(Evidence(), (RefusalEvidence{.confirmed = 1, .unvouched = 1}));

  at().Advance(1s);
  AcceptOne();
  EXPECT_EQ(Evidence(), (RefusalEvidence{.confirmed = 1, .vouched = 1}));

  AddHeld(Reason::kRefusedUnconfirmed);
  Add();
  EXPECT_EQ(
      Evidence(),
      (RefusalEvidence{.confirmed = 1, .vouched = 1, .unvouched = 1, .others_under_way = true}));
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

TEST_P(RefusalContract, AClaimKnowsWhenOthersWereAccepted) {
  Add();
  EXPECT_EQ(Take()->facts.others_accepted_at, std::nullopt);
  const TimePoint accepted_at = at().Now();
  AcceptOne();
  at().Advance(1s);
  Add();
  EXPECT_EQ(Take()->facts.others_accepted_at, accepted_at);
}

TEST_P(RefusalContract, AnAcceptanceInAnotherAccountIsNoEvidence) {
  at().AddEnvelope({.route = kEraseElsewhere});
  const auto claim = Take(kEraseElsewhere);
  ASSERT_TRUE(claim);
  Record(*claim, Yes(), Accepted(*claim));
  Add();
  EXPECT_EQ(Take()->facts.others_accepted_at, std::nullopt);
}

TEST_P(RefusalContract, RejectsTheConfirmedOnly) {
  AddHeld(Reason::kRefusedConfirmed);
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kRejected);
  EXPECT_EQ(rows[0].reason, Name(Reason::kRefusedByVendor));
  EXPECT_EQ(rows[0].finished_at, at().Now());
  EXPECT_EQ(rows[1].state, BatchState::kHeld);
  EXPECT_EQ(Evidence(), (RefusalEvidence{.unvouched = 1, .rejected_lately = 1}));
  at().Advance(kRefusalMemory);
  EXPECT_EQ(Evidence().rejected_lately, 0);
}

TEST_P(RefusalContract, ReviewsConfirmedRefusalsThatAnEarlierCallMayHaveReached) {
  AddHeld(Reason::kRefusedConfirmed);
  const TimePoint unknown_since = at().Now() - 1min;
  AddHeld(Reason::kRefusedConfirmed, 0ms, unknown_since);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kReject}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kRejected);
  EXPECT_EQ(rows[1].state, BatchState::kNeedsReview);
  EXPECT_EQ(rows[1].reason, Name(Reason::kRefusedEffectUnknown));
  EXPECT_EQ(rows[1].unknown_since, unknown_since);
  EXPECT_EQ(rows[1].finished_at, std::nullopt);
  EXPECT_FALSE(HasCases());
}

TEST_P(RefusalContract, SendsRefusalsAgainThatALaterAcceptanceVouchesFor) {
  AddHeld(Reason::kRefusedUnconfirmed);
  at().Advance(1s);
  AcceptOne();
  at().Advance(1s);
  AddHeld(Reason::kRefusedUnconfirmed);
  EXPECT_EQ(Settle({.verdict = RefusalVerdict::kSendAgain}), Recorded::kApplied);
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kReady);
  EXPECT_TRUE(rows[0].refused_since);
  EXPECT_EQ(rows[2].state, BatchState::kHeld);
  EXPECT_TRUE(Take());
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
