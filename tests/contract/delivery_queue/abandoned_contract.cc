#include <gmock/gmock.h>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::IsEmpty;

TEST_P(DeliveryQueueContract, ABatchIsAbandonedOnlyAfterItsLease) {
  const EnvelopeId envelope = Add(3);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_FALSE(TakeAbandoned());
  at().Advance(kLease - 1ms);
  EXPECT_FALSE(TakeAbandoned());
  at().Advance(1ms);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  EXPECT_EQ(abandoned->route, kErase);
  EXPECT_EQ(abandoned->envelope, envelope);
  EXPECT_EQ(abandoned->facts.span, (Span{0, 2}));
  EXPECT_EQ(abandoned->facts.attempt_count, 1);
  EXPECT_EQ(abandoned->facts.started_at, claim->facts.started_at);
  EXPECT_EQ(abandoned->facts.call_count, claim->facts.call_count);
  EXPECT_THAT(abandoned->identifiers, IsEmpty());
  EXPECT_EQ(OnlyBatch().state, BatchState::kSending);
}

TEST_P(DeliveryQueueContract, AnExpiredLeaseIsNoFreeSlot) {
  for (int i = 0; i < 3; ++i) Add();
  ASSERT_TRUE(Take() && Take());
  at().Advance(kLease);
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, AnAnswerAfterTheLeaseCountsUntilAnotherProcessTakesOver) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(kLease + 1s);
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kApplied);
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  EXPECT_FALSE(TakeAbandoned());
}

TEST_P(DeliveryQueueContract, ARescuedBatchGoesOnAndItsAttemptStaysWithoutAnswer) {
  Add();
  ASSERT_TRUE(Take());
  at().Advance(kLease);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  EXPECT_FALSE(TakeAbandoned());
  EXPECT_EQ(RecordAbandoned(*abandoned, Again(*abandoned)), Recorded::kApplied);
  EXPECT_FALSE(OnlyAttempt().outcome);
  EXPECT_FALSE(OnlyAttempt().finished_at);
  EXPECT_TRUE(OnlyAttempt().abandoned);
  EXPECT_EQ(OnlyBatch().attempt_count, 1);
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.attempt_count, 2);
  EXPECT_EQ(again->facts.unknown_since, abandoned->facts.started_at);
}

TEST_P(DeliveryQueueContract, TheOldHolderIsFencedAfterTheTakeOver) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(kLease);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  const BatchRow before = OnlyBatch();
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kFenced);
  EXPECT_EQ(OnlyBatch(), before);
  EXPECT_EQ(RecordAbandoned(*abandoned, Again(*abandoned)), Recorded::kApplied);
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
}

TEST_P(DeliveryQueueContract, ALateAnswerIsKeptWithItsAttempt) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(kLease);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  RecordAbandoned(*abandoned, Again(*abandoned));
  const BatchRow before = OnlyBatch();
  at().Advance(1s);
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kFenced);
  EXPECT_EQ(OnlyBatch(), before);
  EXPECT_EQ(OnlyAttempt().outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(OnlyAttempt().http_status, 200);
  EXPECT_EQ(OnlyAttempt().finished_at, at().Now());
  EXPECT_TRUE(OnlyAttempt().abandoned);
}

TEST_P(DeliveryQueueContract, ALateAnswerToASplitBatchIsKeptToo) {
  Add(4);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(kLease);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  RecordAbandoned(*abandoned, {.transitions = {{.span = {0, 1}, .to = BatchState::kReady},
                                               {.span = {2, 3}, .to = BatchState::kReady}}});
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kFenced);
  EXPECT_EQ(OnlyAttempt().span, (Span{0, 3}));
  EXPECT_EQ(OnlyAttempt().outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(at().Batches().size(), 2U);
}

TEST_P(DeliveryQueueContract, ABatchIsRescuedAgainWhenItsRescuerDies) {
  Add();
  ASSERT_TRUE(Take());
  at().Advance(kLease);
  const auto dying = TakeAbandoned();
  ASSERT_TRUE(dying);
  at().Advance(kLease);
  const auto second = TakeAbandoned();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->facts.call_count, dying->facts.call_count);
  EXPECT_EQ(second->facts.started_at, dying->facts.started_at);
  EXPECT_EQ(RecordAbandoned(*dying, Again(*dying, 1h)), Recorded::kFenced);
  EXPECT_EQ(RecordAbandoned(*second, Again(*second)), Recorded::kApplied);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AReleaseAfterTheTakeOverIsFenced) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(kLease);
  const auto abandoned = TakeAbandoned();
  ASSERT_TRUE(abandoned);
  EXPECT_EQ(Release(*claim), Recorded::kFenced);
  EXPECT_EQ(OnlyBatch().state, BatchState::kSending);
}

TEST_P(DeliveryQueueContract, ARemovedSlotStrandsNoBatch) {
  Add();
  Add();
  ASSERT_TRUE(Take() && Take());
  at().SetConcurrency(1);
  at().Advance(kLease);
  for (int i = 0; i < 2; ++i) {
    const auto abandoned = TakeAbandoned();
    ASSERT_TRUE(abandoned);
    EXPECT_EQ(RecordAbandoned(*abandoned, Again(*abandoned)), Recorded::kApplied);
  }
  EXPECT_FALSE(TakeAbandoned());
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
}

}  // namespace
}  // namespace lethe::contract
