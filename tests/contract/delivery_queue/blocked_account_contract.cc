#include <gmock/gmock.h>

#include <algorithm>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(DeliveryQueueContract, ABlockedAccountGivesNothingUntilItsProbe) {
  AddBlocked(4);
  EXPECT_FALSE(Take());
  at().Advance(10s - 1ms);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
  at().Advance(1ms);
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, ABlockedAccountGivesOneClaimAsProbe) {
  AddBlocked(4);
  at().Advance(10s);
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
}

TEST_P(DeliveryQueueContract, ABlockStopsAllApisOfTheAccountAndNoOtherAccount) {
  AddBlocked(4);
  at().AddEnvelope({.route = kDisassociate, .kind = IdentifierKind::kPhone});
  at().AddEnvelope({.route = kEraseElsewhere});
  EXPECT_FALSE(Take(kDisassociate));
  EXPECT_THAT(Sendable({kErase, kDisassociate, kEraseElsewhere}), ElementsAre(kEraseElsewhere));
  EXPECT_TRUE(Take(kEraseElsewhere));
}

TEST_P(DeliveryQueueContract, ABlockedAccountAllowsNoControlCallWhateverEndsTheBlocks) {
  const auto ask = [this](const Route& route) {
    return at().slots().Lease({.route = route, .lease = kLease, .for_control = true}).value();
  };
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now());
  at().AddEnvelope({.route = kDemerge});
  Block(Take(kDemerge), Resume::kBatch);
  at().AddEnvelope({.route = kEraseElsewhere});
  Block(Take(kEraseElsewhere), Resume::kConnect);
  at().Advance(10min);
  for (const Route& route : {kErase, kDemerge, kDisassociate, kEraseElsewhere}) {
    const SlotOffer offer = ask(route);
    EXPECT_FALSE(offer.lease) << route.account << " " << Name(route.operation);
    EXPECT_TRUE(offer.blocked) << route.account << " " << Name(route.operation);
  }
}

TEST_P(DeliveryQueueContract, ProbesAreAtGrowingDistanceUpToTenMinutes) {
  AddBlocked(4);
  milliseconds distance = 10s;
  for (int probe = 0; probe < 8; ++probe) {
    at().Advance(distance - 1ms);
    EXPECT_FALSE(Take()) << probe;
    at().Advance(1ms);
    Block(Take());
    distance = std::min<milliseconds>(2 * distance, 10min);
  }
  EXPECT_EQ(distance, 10min);
}

TEST_P(DeliveryQueueContract, CallsThatWereInFlightTogetherBlockOnce) {
  for (int i = 0; i < 3; ++i) Add();
  const auto first = Take();
  const auto second = Take();
  at().Advance(1s);
  Block(first);
  Block(second);
  at().Advance(10s);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AnAccountOpensWhenAProbeSucceeds) {
  AddBlocked(4);
  at().Advance(10s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  Record(*probe, Yes(), Accepted(*probe));
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, ProbesBeginAnewAfterTheAccountWasHealthy) {
  AddBlocked(4);
  at().Advance(10s);
  Block(Take());
  at().Advance(20s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  Record(*probe, Yes(), Accepted(*probe));
  Block(Take());
  at().Advance(10s);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AProbeWithoutVerdictLeavesTheAccountBlocked) {
  AddBlocked(4);
  at().Advance(10s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  Record(*probe, {}, Again(*probe));
  EXPECT_FALSE(Take());
  at().Advance(10min);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AProbeThatDiesIsFollowedByAnother) {
  AddBlocked(4);
  at().Advance(10s);
  EXPECT_TRUE(Take());
  at().Advance(10min);
  EXPECT_TRUE(Take());
}

}  // namespace
}  // namespace lethe::contract
