#include "contract/delivery_queue/call_slots_contract.h"

namespace lethe::contract {
namespace {

TEST_P(CallSlotsContract, CallsAndBatchesShareTheLimit) {
  for (int i = 0; i < 3; ++i) Add();
  const auto call = Lease();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->route, kErase);
  ASSERT_TRUE(Take());
  EXPECT_FALSE(Take());
  EXPECT_FALSE(Lease());
  EXPECT_FALSE(Ask().blocked);
  EXPECT_TRUE(Lease(kDisassociate)) << "another API has slots of its own";
  EXPECT_TRUE(Lease(kEraseElsewhere));
  Free(call);
  EXPECT_TRUE(Take());
}

TEST_P(CallSlotsContract, ASlotRestsAsLongAsItIsTold) {
  Free(Lease(), 10s);
  EXPECT_TRUE(Lease());
  EXPECT_FALSE(Lease());
  at().Advance(10s);
  EXPECT_TRUE(Lease());
}

TEST_P(CallSlotsContract, ALeaseThatRanOutIsFreeForCallsAndBatches) {
  Add();
  ASSERT_TRUE(Lease());
  ASSERT_TRUE(Lease());
  at().Advance(kLease - 1ms);
  EXPECT_FALSE(Lease());
  EXPECT_FALSE(Take());
  at().Advance(1ms);
  EXPECT_TRUE(Lease());
  EXPECT_TRUE(Take());
}

TEST_P(CallSlotsContract, ACallWhoseLeaseRanOutIsNotRescued) {
  ASSERT_TRUE(Lease());
  at().Advance(kLease);
  EXPECT_FALSE(TakeAbandoned());
}

TEST_P(CallSlotsContract, ALateCallDoesNotFreeTheSlotOfAnother) {
  for (int i = 0; i < 2; ++i) Add();
  const auto late = Lease();
  at().Advance(kLease);
  ASSERT_TRUE(Lease());
  const auto batch = Take();
  ASSERT_TRUE(batch);
  Free(late);
  EXPECT_FALSE(Lease());
  EXPECT_EQ(Record(*batch, Yes(), Accepted(*batch)), Recorded::kApplied);
}

TEST_P(CallSlotsContract, ABlockedAccountOffersNoSlotWhateverEndsTheBlock) {
  for (const Resume resume : {Resume::kConnect, Resume::kBatch, Resume::kOperator}) {
    Add();
    Block(Take(), resume);
    const SlotOffer offer = Ask();
    EXPECT_FALSE(offer.lease);
    EXPECT_TRUE(offer.blocked);
    at().Advance(10min);
    EXPECT_TRUE(Ask().blocked) << "a call is no probe";
    if (resume == Resume::kConnect) {
      const auto probe = at().gate().TakeProbe(kLease);
      ASSERT_TRUE(at().gate().Record(**probe, ProbeFinding::kHealthy).ok());
    } else if (resume == Resume::kBatch) {
      const auto batch = Take();
      ASSERT_TRUE(batch);
      Record(*batch, Yes(), Accepted(*batch));
    }
  }
}

TEST_P(CallSlotsContract, ABlockedRouteOffersNoSlot) {
  Add();
  BlockRoute(Take());
  EXPECT_TRUE(Ask().blocked);
  EXPECT_TRUE(Lease(kDemerge)) << "another API is not blocked";
  EXPECT_TRUE(Lease(kEraseElsewhere));
  at().Advance(1s);
  EXPECT_TRUE(Ask().blocked) << "the next batch is the probe";
  EXPECT_TRUE(Take());
}

}  // namespace
}  // namespace lethe::contract
