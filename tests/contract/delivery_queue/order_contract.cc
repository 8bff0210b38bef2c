#include "contract/delivery_queue/order_contract.h"

#include <gmock/gmock.h>

namespace lethe::contract {
namespace {

using testing::Contains;

constexpr Due kInAnHour{Urgency::kUrgent, 1h};

TEST_P(OrderContract, WhatIsDueFirstIsSentFirstWithinItsClass) {
  at().SetConcurrency(1);
  const EnvelopeId late = AddDue({Urgency::kUsual, 40 * 24h});
  const EnvelopeId usual = AddDue({Urgency::kUsual, 30 * 24h});
  const EnvelopeId soon = AddDue({Urgency::kSoon, 9 * 24h});
  EXPECT_EQ(Sent(3), (std::vector{soon, usual, late}));
}

TEST_P(OrderContract, AnUrgentRequestIsAmongTheNextFourClaimsWhateverWaits) {
  for (int turn = 0; turn < kOldestEvery; ++turn) {
    for (int i = 0; i < 20; ++i) AddDue({});
    const EnvelopeId urgent = AddDue(kInAnHour);
    EXPECT_THAT(Sent(kOldestEvery), Contains(urgent));
    Sent(turn);
  }
}

TEST_P(OrderContract, EveryFourthClaimOfASlotTakesTheOldest) {
  at().SetConcurrency(1);
  const EnvelopeId oldest = AddDue({});
  const EnvelopeId next_oldest = AddDue({});
  for (int i = 0; i < 20; ++i) AddDue(kInAnHour);
  const std::vector<EnvelopeId> sent = Sent(2 * kOldestEvery);
  EXPECT_EQ(sent[kOldestEvery - 1], oldest);
  EXPECT_EQ(sent[2 * kOldestEvery - 1], next_oldest);
}

TEST_P(OrderContract, WhatBlocksAnUrgentRequestIsUrgentItself) {
  at().SetConcurrency(1);
  for (int i = 0; i < 10; ++i) AddDue({}, kDemerge);
  const EnvelopeId demerge = AddDue({}, kDemerge, {"ann", "bob"});
  const EnvelopeId erasure = AddDue(kInAnHour, kErase, {"ann"});
  EXPECT_FALSE(Take());
  EXPECT_EQ(Of(demerge)[0].urgency, Urgency::kUrgent);
  EXPECT_EQ(Of(demerge)[0].due_at, Of(erasure)[0].due_at);
  EXPECT_EQ(Sent(1, kDemerge), std::vector{demerge});
}

TEST_P(OrderContract, WhatBlocksABlockerIsUrgentAsWell) {
  at().SetConcurrency(1);
  for (int i = 0; i < 10; ++i) AddDue({}, kErase);
  const EnvelopeId first = AddDue({}, kErase, {"ann"});
  const EnvelopeId demerge = AddDue({Urgency::kSoon, 5 * 24h}, kDemerge, {"ann"});
  EXPECT_FALSE(Take(kDemerge));
  EXPECT_EQ(Of(first)[0].urgency, Urgency::kSoon);
  ASSERT_EQ(Of(demerge)[0].state, BatchState::kHeld);

  at().AddEnvelope({.route = kDisassociate,
                    .kind = IdentifierKind::kPhone,
                    .identifiers = Named({"ann"}),
                    .urgency = Urgency::kUrgent,
                    .due_at = at().Now() + 1h});
  EXPECT_FALSE(Take(kDisassociate));
  EXPECT_EQ(Of(demerge)[0].urgency, Urgency::kUrgent);
  EXPECT_EQ(Of(first)[0].urgency, Urgency::kUrgent);
  EXPECT_EQ(Sent(1), std::vector{first});
}

TEST_P(OrderContract, ABlockerThatIsMoreUrgentStaysSo) {
  const EnvelopeId demerge = AddDue(kInAnHour, kDemerge, {"ann"});
  AddDue({}, kErase, {"ann"});
  EXPECT_FALSE(Take());
  EXPECT_EQ(Of(demerge)[0].urgency, Urgency::kUrgent);
}

TEST_P(OrderContract, ThePartsOfABatchKeepItsPlace) {
  AddDue({});
  const EnvelopeId urgent = AddDue(kInAnHour, kErase, {"ann", "bob", "cem"});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  ASSERT_EQ(claim->envelope, urgent);
  Record(*claim, {.outcome = OutcomeClass::kRefused, .http_status = 400},
         {.transitions = {{.span = {0, 0}, .to = BatchState::kReady},
                          {.span = {1, 2}, .to = BatchState::kReady}}});
  ASSERT_EQ(Of(urgent).size(), 2U);
  for (const BatchRow& row : Of(urgent)) EXPECT_EQ(row.urgency, Urgency::kUrgent);
  EXPECT_EQ(Sent(2), (std::vector{urgent, urgent}));
}

}  // namespace
}  // namespace lethe::contract
