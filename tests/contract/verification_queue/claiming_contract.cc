#include <gmock/gmock.h>

#include "contract/verification_queue/verification_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

auto At(int pos) { return Field(&LookItem::pos, pos); }

TEST_P(VerificationQueueContract, AnAcceptedBatchIsDueOnceItsWindowHasPassed) {
  const EnvelopeId envelope = at().AddBatch({.size = 2, .sampled = {0, 1}, .window = 5s});
  at().Advance(5s - 1ms);
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take());
  at().Advance(1ms);
  EXPECT_THAT(Due(), ElementsAre(kErase));
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->purpose, LookPurpose::kReadBack);
  EXPECT_EQ(claim->envelope, envelope);
  EXPECT_EQ(claim->span, (Span{0, 1}));
  EXPECT_EQ(claim->call_number, 1);
  EXPECT_EQ(claim->accepted_at, at().Now() - 5s);
  EXPECT_EQ(claim->due_since, at().Now());
  ASSERT_THAT(claim->items, ElementsAre(At(0), At(1)));
  EXPECT_EQ(claim->items[1].identifier, fakes::IdentifierAt(envelope, 1));
  EXPECT_EQ(claim->items[1].before.has_value(), false);
  EXPECT_THAT(claim->known, IsEmpty());
}

TEST_P(VerificationQueueContract, NothingIsDueInAnEmptyQueue) {
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take());
}

TEST_P(VerificationQueueContract, ABatchIsCapturedOnceItMayBeSent) {
  const TimePoint not_before = at().Now() + 5s;
  at().AddBatch({.state = BatchState::kReady, .not_before = not_before});
  at().Advance(5s - 1ms);
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take());
  at().Advance(1ms);
  EXPECT_THAT(Due(), ElementsAre(kErase));
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->purpose, LookPurpose::kCapture);
  EXPECT_EQ(claim->due_since, not_before);
}

TEST_P(VerificationQueueContract, NobodyIsCapturedWhomACallMayHaveReached) {
  at().AddBatch({.state = BatchState::kReady, .may_have_effect = true});
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take());
}

TEST_P(VerificationQueueContract, EachLookIsTakenOnce) {
  const BatchKey batch{at().AddBatch({.state = BatchState::kReady}), 0};
  for (const LookPurpose purpose : kLooksInTurn) {
    SCOPED_TRACE(Name(purpose));
    MakeDue(purpose, {batch});
    EXPECT_THAT(Due(), ElementsAre(kErase));
    const auto claim = Take();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->purpose, purpose);
    EXPECT_THAT(Due(), IsEmpty());
    EXPECT_FALSE(Take());
    ASSERT_EQ(Record(*claim, All(*claim, ReadBack::kAbsent)), Recorded::kApplied);
    EXPECT_THAT(Due(), IsEmpty());
    EXPECT_FALSE(Take());
  }
}

TEST_P(VerificationQueueContract, TheOldestBatchIsTakenFirst) {
  std::vector<BatchKey> batches;
  for (int i = 0; i < 3; ++i) {
    batches.push_back({at().AddBatch({.state = BatchState::kReady}), 0});
  }
  const auto expect_in_order = [&](LookPurpose purpose) {
    for (const BatchKey& batch : batches) {
      const auto claim = Take();
      ASSERT_TRUE(claim);
      EXPECT_EQ(claim->purpose, purpose);
      EXPECT_EQ(claim->envelope, batch.envelope);
      EXPECT_EQ(Record(*claim, All(*claim, ReadBack::kAbsent)), Recorded::kApplied);
      at().Advance(1s);
    }
  };
  expect_in_order(LookPurpose::kCapture);
  std::ranges::reverse(batches);
  for (const BatchKey& batch : batches) {
    MakeDue(LookPurpose::kReadBack, {batch});
    at().Advance(1s);
  }
  expect_in_order(LookPurpose::kReadBack);
  MakeDue(LookPurpose::kSecondLook, batches);
  expect_in_order(LookPurpose::kSecondLook);
}

TEST_P(VerificationQueueContract, OnlyTheSampleIsLookedUp) {
  at().AddBatch({.size = 4, .sampled = {1, 3}});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_THAT(claim->items, ElementsAre(At(1), At(3)));
}

TEST_P(VerificationQueueContract, ABatchWithoutASampleIsTakenToBeConcluded) {
  at().AddBatch({.size = 2, .sampled = {}});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_THAT(claim->items, IsEmpty());
}

TEST_P(VerificationQueueContract, OneBatchHasOneClaimUntilItsLeaseEnds) {
  at().AddBatch({});
  const auto first = Take();
  ASSERT_TRUE(first);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Due(), IsEmpty());
  at().Advance(kLease);
  const auto second = Take();
  ASSERT_TRUE(second);
  EXPECT_EQ(Record(*first, All(*first, ReadBack::kAbsent)), Recorded::kFenced);
  EXPECT_THAT(at().ReadBacks(), IsEmpty());
  EXPECT_EQ(Record(*second, All(*second, ReadBack::kAbsent)), Recorded::kApplied);
}

TEST_P(VerificationQueueContract, AnAccountHasAsManyClaimsAsSlots) {
  for (int i = 0; i < 3; ++i) at().AddBatch({});
  at().AddBatch({.route = kEraseOfGlobex});
  const auto first = Take();
  ASSERT_TRUE(first);
  ASSERT_TRUE(Take());
  EXPECT_FALSE(Take());
  EXPECT_TRUE(Take(kEraseOfGlobex)) << "the other account has slots of its own";
  Record(*first, All(*first, ReadBack::kAbsent));
  EXPECT_TRUE(Take());
}

TEST_P(VerificationQueueContract, ABlockedAccountIsNotLookedUp) {
  at().AddBatch({});
  at().SetBlocked(true);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Due(), IsEmpty());
  at().SetBlocked(false);
  EXPECT_TRUE(Take());
}

TEST_P(VerificationQueueContract, ABatchIsTakenForItsOwnRouteOnly) {
  at().AddBatch({.route = kDemerge});
  EXPECT_THAT(Due(), ElementsAre(kDemerge));
  EXPECT_FALSE(Take(kErase));
  EXPECT_TRUE(Take(kDemerge));
}

TEST_P(VerificationQueueContract, NoOtherRouteTakesALookOfABatch) {
  const BatchKey batch{at().AddBatch({.state = BatchState::kReady}), 0};
  for (const LookPurpose purpose : kLooksInTurn) {
    SCOPED_TRACE(Name(purpose));
    MakeDue(purpose, {batch});
    EXPECT_THAT(Due(), ElementsAre(kErase));
    EXPECT_FALSE(Take(kDemerge));
    EXPECT_FALSE(Take(kEraseOfGlobex));
    Look(ReadBack::kAbsent);
  }
}

TEST_P(VerificationQueueContract, AnItemThatIsGoneHasNoIdentifier) {
  const EnvelopeId envelope = at().AddBatch({.size = 3, .sampled = {}});
  at().LoseItem(envelope, 1);
  at().LoseItem(envelope, 2);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  ASSERT_THAT(claim->items, ElementsAre(At(1), At(2)));
  EXPECT_FALSE(claim->items[0].identifier);
}

TEST_P(VerificationQueueContract, ALookWithTroubleRestsAndIsCounted) {
  at().AddBatch({});
  for (int tries = 0; tries < 3; ++tries) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->tries, tries);
    EXPECT_EQ(claim->setbacks, tries);
    Record(*claim, {.again_in = 10s, .trouble = true});
    EXPECT_FALSE(Take());
    at().Advance(10s);
  }
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, {.again_in = 0s});
  const auto after = Take();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->tries, 0);
  EXPECT_EQ(after->setbacks, 0);
}

TEST_P(VerificationQueueContract, ASlotThatCoolsDownTakesNoOtherBatch) {
  for (int i = 0; i < 3; ++i) at().AddBatch({});
  for (int i = 0; i < 2; ++i) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Record(*claim, {.again_in = 0s, .trouble = true, .slot_cool_down = 5s});
  }
  EXPECT_FALSE(Take());
  at().Advance(5s);
  EXPECT_TRUE(Take());
}

TEST_P(VerificationQueueContract, CapturesAndReadBacksTakeTurns) {
  for (int i = 0; i < 4; ++i) {
    at().AddBatch({});
    at().AddBatch({.state = BatchState::kReady});
  }
  int captures = 0;
  for (int i = 0; i < 4; ++i) {
    const auto claim = Take();
    ASSERT_TRUE(claim);
    if (claim->purpose == LookPurpose::kCapture) ++captures;
    Record(*claim, All(*claim, ReadBack::kAbsent));
  }
  EXPECT_EQ(captures, 2);
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(VerificationQueueContract);

}  // namespace lethe::contract
