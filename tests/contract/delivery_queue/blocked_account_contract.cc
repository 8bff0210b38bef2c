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

TEST_P(DeliveryQueueContract, ABlockedAccountAllowsControlCallsOnlyWhereTheNextBatchEndsTheBlocks) {
  const auto offers = [this](const Route& route) {
    const auto offer =
        at().slots().Lease({.route = route, .lease = kLease, .for_control = true}).value();
    EXPECT_NE(offer.lease.has_value(), offer.blocked) << Name(route.operation);
    return offer.lease.has_value();
  };
  Add();
  BlockRoute(Take(), Resume::kOperator, at().Now());
  at().AddEnvelope({.route = kDemerge});
  Block(Take(kDemerge), Resume::kBatch);
  at().AddEnvelope({.route = kEraseElsewhere});
  Block(Take(kEraseElsewhere), Resume::kConnect);
  at().Advance(10min);
  EXPECT_FALSE(offers(kErase)) << "an operator ends the route's block";
  EXPECT_TRUE(offers(kDemerge));
  EXPECT_TRUE(offers(kDisassociate));
  EXPECT_FALSE(offers(kEraseElsewhere)) << "a look ends the account's";
}

TEST_P(DeliveryQueueContract, ABlockedAccountThatOnlyProbesItselfIsSaidToNeedAControlCall) {
  Add();
  Block(Take(), Resume::kConnect);
  EXPECT_THAT(queue().RefusalCases({}).value(), IsEmpty()) << "a look ends the block";
  at().Advance(10s);
  const auto look = at().gate().TakeProbe(kLease).value();
  ASSERT_TRUE(look);
  ASSERT_TRUE(at().gate().Record(*look, ProbeFinding::kAskByBatch).value());
  EXPECT_THAT(queue().RefusalCases({}).value(), IsEmpty()) << "the batch has not been answered";
  at().Advance(kBeforeBatchProbe);
  BlockRefused(Take());
  const auto cases = [this] { return queue().RefusalCases({}).value(); };
  ASSERT_EQ(cases().size(), 1U);
  EXPECT_EQ(cases()[0].route, kErase);
  EXPECT_EQ(cases()[0].evidence,
            (RefusalEvidence{.control_due = true, .only_probes_itself = true}));
  at().AddEnvelope({.route = kDemerge});
  EXPECT_THAT(cases(), IsEmpty()) << "one of another route may be the next probe";
}

TEST_P(DeliveryQueueContract, AnAcceptedControlCallOpensAnAccountThatTheNextBatchWouldOpen) {
  AddRefusedAlone();
  Add();
  BlockRefused(Take());
  const auto control = [this] {
    return at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true}).value();
  };
  const auto refused = control();
  ASSERT_TRUE(refused.lease);
  ASSERT_TRUE(at().slots().Free(*refused.lease, {.control = OutcomeClass::kAccountBlocked}).ok());
  EXPECT_FALSE(Take());
  at().Advance(1s);
  const auto accepted = control();
  ASSERT_TRUE(accepted.lease);
  ASSERT_TRUE(at().slots().Free(*accepted.lease, {.control = OutcomeClass::kAccepted}).ok());
  EXPECT_TRUE(Take()) << "the held one is free again";
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AnAcceptedCallThatOpensAnAccountShowsThatItsCredentialsAreRight) {
  AddBlocked(2);
  EXPECT_EQ(OnlyHealth().connected_at, std::nullopt);
  at().Advance(10s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  at().Advance(1s);
  Record(*probe, Yes(), Accepted(*probe));
  EXPECT_EQ(OnlyHealth().connected_at, at().Now());
}

TEST_P(DeliveryQueueContract, AControlCallThatOpensAnAccountShowsThatItsCredentialsAreRight) {
  Add();
  BlockRefused(Take());
  const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
  ASSERT_TRUE(offer->lease);
  at().Advance(1s);
  ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kAccepted}).ok());
  EXPECT_EQ(OnlyHealth().connected_at, at().Now());
}

TEST_P(DeliveryQueueContract, AnAccountIsProbedByAFreshBatchOfAnyRouteBeforeOneThatWasAnswered) {
  Add();
  BlockRefused(Take());
  at().Advance(10s);
  at().AddEnvelope({.route = kDemerge});
  EXPECT_FALSE(Take(kErase));
  EXPECT_TRUE(Take(kDemerge));
}

TEST_P(DeliveryQueueContract, AnAccountIsProbedByTheAnsweredOneIfTheFreshOneMayNotBeSent) {
  at().AddEnvelope({.route = kDemerge});
  BlockRoute(Take(kDemerge), Resume::kOperator);
  at().AddEnvelope({.route = kDemerge});
  Add();
  BlockRefused(Take());
  at().Advance(10s);
  EXPECT_FALSE(Take(kDemerge));
  EXPECT_TRUE(Take(kErase));
}

TEST_P(DeliveryQueueContract, AProbeThatIsNotSentLeavesTheNextOneDue) {
  const VendorReply no_call{.outcome = OutcomeClass::kNotSent, .code = Text(CallCode::kTooLate)};
  AddBlocked(4);
  at().Advance(10s);
  auto probe = Take();
  ASSERT_TRUE(probe);
  Plan review = Again(*probe);
  review.transitions[0] = {
      .span = probe->facts.span, .to = BatchState::kNeedsReview, .reason = "waited_too_long"};
  review.spends_attempt = false;
  ASSERT_EQ(Record(*probe, no_call, review), Recorded::kApplied);
  probe = Take();
  ASSERT_TRUE(probe) << "what waited too long must not keep the account shut";
  ASSERT_EQ(Release(*probe), Recorded::kApplied);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AProbeOfARouteThatIsNotSentLeavesTheNextOneDue) {
  for (int i = 0; i < 3; ++i) Add();
  BlockRoute(Take());
  at().Advance(1s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  EXPECT_FALSE(Take());
  ASSERT_EQ(Release(*probe), Recorded::kApplied);
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, RefusalsOfARouteThatAnOperatorOpensProbeNoAccount) {
  AddRefusedAlone();
  Add();
  BlockRoute(Take(), Resume::kOperator, at().Now(), "erasure refused for 21 identifiers");
  at().AddEnvelope({.route = kDemerge});
  BlockRefused(Take(kDemerge));
  at().Advance(10min);
  EXPECT_THAT(queue().RefusalCases(kErase).value(), IsEmpty());
}

TEST_P(DeliveryQueueContract, AControlCallOpensNoAccountThatWasBlockedWhileItWasUnderWay) {
  for (int i = 0; i < 2; ++i) Add();
  const auto claim = Take();
  const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
  ASSERT_TRUE(offer->lease);
  at().Advance(1ms);
  Block(claim);
  ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kAccepted}).ok());
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, AHeldRefusalIsTheProbeOfABlockedAccountWhereNothingElseWaits) {
  AddRefusedAlone();
  at().AddEnvelope({.route = kDemerge});
  BlockRefused(Take(kDemerge));
  const auto lacks_probe = [this] {
    const auto cases = queue().RefusalCases(kErase).value();
    return cases.size() == 1 && cases[0].evidence.lacks_probe;
  };
  at().Advance(10s);
  EXPECT_FALSE(lacks_probe()) << "the demerge is the probe";
  const auto demerge = Take(kDemerge);
  ASSERT_TRUE(demerge);
  Plan review = Again(*demerge);
  review.transitions[0] = {
      .span = demerge->facts.span, .to = BatchState::kNeedsReview, .reason = "unknown_outcome"};
  ASSERT_EQ(Record(*demerge, {.outcome = OutcomeClass::kUnknown}, review), Recorded::kApplied);
  EXPECT_FALSE(lacks_probe()) << "the next probe is not due";
  at().Advance(10min);
  ASSERT_TRUE(lacks_probe());
  const auto cases = queue().RefusalCases(kErase).value();
  ASSERT_EQ(queue().Settle(cases[0], {.verdict = RefusalVerdict::kProbe}).value(),
            Recorded::kApplied);
  EXPECT_TRUE(Take());
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
