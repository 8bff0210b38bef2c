#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(DeliveryQueueContract, ABlockedRouteStopsNoOtherApiOfItsAccount) {
  for (int i = 0; i < 3; ++i) Add();
  at().AddEnvelope({.route = kDemerge});
  at().AddEnvelope({.route = kDisassociate, .kind = IdentifierKind::kPhone});
  at().AddEnvelope({.route = kEraseElsewhere});
  BlockRoute(Take());
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase, kDemerge, kDisassociate, kEraseElsewhere}),
              ElementsAre(kDemerge, kDisassociate, kEraseElsewhere));
  EXPECT_TRUE(Take(kDemerge));
  EXPECT_TRUE(Take(kDisassociate));
  EXPECT_TRUE(Take(kEraseElsewhere));
}

TEST_P(DeliveryQueueContract, ABlockedRouteGivesOneClaimAsProbe) {
  for (int i = 0; i < 3; ++i) Add();
  BlockRoute(Take());
  at().Advance(1s - 1ms);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
  at().Advance(1ms);
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
}

TEST_P(DeliveryQueueContract, ProbesOfARouteAreAtGrowingDistanceFromOneSecondUpToTenMinutes) {
  for (int i = 0; i < 3; ++i) Add();
  BlockRoute(Take());
  milliseconds distance = 1s;
  for (int probe = 0; probe < 12; ++probe) {
    at().Advance(distance - 1ms);
    EXPECT_FALSE(Take()) << probe;
    at().Advance(1ms);
    BlockRoute(Take());
    distance = std::min<milliseconds>(2 * distance, 10min);
  }
  EXPECT_EQ(distance, 10min);
}

TEST_P(DeliveryQueueContract, CallsThatWereInFlightTogetherBlockTheirRouteOnce) {
  for (int i = 0; i < 3; ++i) Add();
  const auto first = Take();
  const auto second = Take();
  at().Advance(1s);
  BlockRoute(first);
  BlockRoute(second);
  at().Advance(1s);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, ARouteOpensWhenItsProbeSucceedsAndItsHeldRefusalsAreReady) {
  AddRefusedAlone();
  for (int i = 0; i < 2; ++i) Add();
  BlockRoute(Take());
  at().Advance(1s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  Record(*probe, Yes(), Accepted(*probe));
  EXPECT_EQ(at().Batches().front().state, BatchState::kReady);
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, WhereOnlyHeldRefusalsAreLeftTheOneHeldLongestIsTheProbe) {
  AddRefusedAlone();
  at().Advance(1ms);
  AddRefusedAlone();
  Add();
  const auto last = Take();
  BlockRoute(last);
  const auto lacks_probe = [this] {
    const auto cases = queue().RefusalCases({}).value();
    return cases.size() == 1 && cases.front().evidence.lacks_probe;
  };
  const auto settle = [this] {
    return queue()
        .Settle({kErase, {.control_due = true, .only_probes_itself = true, .lacks_probe = true}},
                {.verdict = RefusalVerdict::kProbe})
        .value();
  };
  at().Advance(1s);
  EXPECT_FALSE(lacks_probe()) << "a batch waits";
  EXPECT_EQ(settle(), Recorded::kFenced);
  BlockRoute(Take());
  const auto third = [this] { return at().Batches().back(); };
  at().Advance(2s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  Plan review = Again(*probe);
  review.transitions[0] = {
      .span = probe->facts.span, .to = BatchState::kNeedsReview, .reason = "unknown_outcome"};
  ASSERT_EQ(Record(*probe, {.outcome = OutcomeClass::kUnknown}, review), Recorded::kApplied);
  ASSERT_EQ(third().state, BatchState::kNeedsReview);

  EXPECT_FALSE(lacks_probe()) << "the next probe is not due";
  EXPECT_EQ(settle(), Recorded::kFenced);
  at().Advance(kLease);
  EXPECT_TRUE(lacks_probe());
  EXPECT_EQ(settle(), Recorded::kApplied);
  EXPECT_FALSE(lacks_probe()) << "one at a time";
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kReady);
  EXPECT_EQ(rows[1].state, BatchState::kHeld);
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  const auto held_longest = Take();
  ASSERT_TRUE(held_longest);
  EXPECT_TRUE(held_longest->facts.health.is_probe);
  Record(*held_longest, Yes(), Accepted(*held_longest));
  EXPECT_EQ(at().Batches()[1].state, BatchState::kReady);
}

TEST_P(DeliveryQueueContract, OneThatIsMadeReadyAsTheProbeGoesBeforeOneThatHasJustBeen) {
  AddRefusedAlone();
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now());
  at().Advance(1s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  Plan held = Again(*probe);
  held.transitions[0] = {.span = probe->facts.span,
                         .to = BatchState::kHeld,
                         .reason = Text(Reason::kRefusedUnconfirmed),
                         .not_before = at().Now() + 5s,
                         .refused_since = at().Now(),
                         .lone_refusals = 1};
  Record(*probe, {.outcome = OutcomeClass::kRefused, .http_status = 400}, held);
  at().Advance(kLease);
  ASSERT_EQ(
      queue()
          .Settle({kErase, {.control_due = true, .only_probes_itself = true, .lacks_probe = true}},
                  {.verdict = RefusalVerdict::kProbe})
          .value(),
      Recorded::kApplied);
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now());
  at().Advance(10min);
  EXPECT_EQ(Take()->envelope, at().Batches().front().envelope);
}

TEST_P(DeliveryQueueContract, AClaimKnowsWhetherItIsTheProbeOfItsRoute) {
  Add();
  const auto first = Take();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->facts.health.is_probe);
  BlockRoute(first);
  at().Advance(1s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  EXPECT_TRUE(probe->facts.health.is_probe);
}

TEST_P(DeliveryQueueContract, AnAcceptedCallOfAnotherApiOpensNoRoute) {
  AddRefusedAlone();
  Add();
  BlockRoute(Take());
  at().Advance(1ms);
  at().AddEnvelope({.route = kDemerge});
  const auto demerge = Take(kDemerge);
  ASSERT_TRUE(demerge);
  Record(*demerge, Yes(), Accepted(*demerge));
  EXPECT_FALSE(Take());
  EXPECT_EQ(at().Batches().front().state, BatchState::kHeld);
}

TEST_P(DeliveryQueueContract, AnAcceptedCallThatBeganBeforeTheBlockOpensNoRoute) {
  for (int i = 0; i < 3; ++i) Add();
  const auto under_way = Take();
  ASSERT_TRUE(under_way);
  at().Advance(1ms);
  BlockRoute(Take());
  Record(*under_way, Yes(), Accepted(*under_way));
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, AnAcceptedCallOfARouteEndsTheBlockOfTheAccountToo) {
  Add();
  Block(Take(), Resume::kBatch);
  at().Advance(10s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  BlockRoute(probe);
  EXPECT_FALSE(Take());
  at().AddEnvelope({.route = kDemerge});
  at().Advance(10min);
  const auto demerge = Take(kDemerge);
  ASSERT_TRUE(demerge);
  Record(*demerge, Yes(), Accepted(*demerge));
  EXPECT_TRUE(Take()) << "the route's probe has been due for long";
}

TEST_P(DeliveryQueueContract, TheEndOfAnAccountsBlockLeavesTheHeldRefusalsOfABlockedRoute) {
  AddRefusedAlone();
  AddRefusedAlone(kDemerge);
  Add();
  BlockRoute(Take(), Resume::kOperator);
  at().AddEnvelope({.route = kDemerge});
  Block(Take(kDemerge), Resume::kBatch);
  at().Advance(10s);
  const auto demerge = Take(kDemerge);
  ASSERT_TRUE(demerge);
  Record(*demerge, Yes(), Accepted(*demerge));
  const std::vector<BatchRow> rows = at().Batches();
  EXPECT_EQ(rows[0].state, BatchState::kHeld) << "its route is still blocked";
  EXPECT_EQ(rows[1].state, BatchState::kReady);
}

TEST_P(DeliveryQueueContract, ABlockedAccountSendsNothingOnARouteWhoseProbeIsDue) {
  for (int i = 0; i < 2; ++i) Add();
  BlockRoute(Take());
  at().AddEnvelope({.route = kDemerge});
  Block(Take(kDemerge), Resume::kConnect);
  at().Advance(24h);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase, kDemerge}), IsEmpty());
}

TEST_P(DeliveryQueueContract, ARouteThatOnlyAnOperatorResumesHasNoProbes) {
  Add();
  BlockRoute(Take(), Resume::kOperator);
  at().Advance(24h * 365);
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, AnAcceptedCallDoesNotOpenARouteThatOnlyAnOperatorResumes) {
  for (int i = 0; i < 3; ++i) Add();
  const auto other = Take();
  ASSERT_TRUE(other);
  BlockRoute(Take(), Resume::kOperator);
  Record(*other, Yes(), Accepted(*other));
  at().Advance(24h);
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, NoBatchIsTheProbeTwiceWhileAnotherMayBe) {
  std::vector<EnvelopeId> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(Add());
  BlockRoute(Take());
  milliseconds distance = 1s;
  for (const std::size_t expected : {1U, 2U, 0U, 1U, 2U}) {
    at().Advance(distance);
    const auto probe = Take();
    ASSERT_TRUE(probe);
    EXPECT_EQ(probe->envelope, waiting[expected]);
    BlockRoute(probe);
    distance *= 2;
  }
}

TEST_P(DeliveryQueueContract, ABatchThatWasNotRefusedIsTheProbeBeforeOneThatWas) {
  std::vector<EnvelopeId> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(Add());
  const auto refused = Take();
  ASSERT_TRUE(refused);
  const auto called = Take();
  ASSERT_TRUE(called);
  BlockRoute(refused, Resume::kBatch, at().Now());
  at().Advance(500ms);
  Record(*called, {}, Again(*called));

  milliseconds distance = 1s;
  for (const std::size_t expected : {2U, 1U, 0U, 2U}) {
    at().Advance(distance);
    const auto probe = Take();
    ASSERT_TRUE(probe);
    EXPECT_EQ(probe->envelope, waiting[expected]);
    BlockRoute(probe, Resume::kBatch, at().Now());
    distance *= 2;
  }
}

TEST_P(DeliveryQueueContract, TheProbeOfABlockedAccountIsNeverTheSameBatchTwice) {
  const EnvelopeId first = Add();
  const EnvelopeId second = Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->envelope, first);
  Block(claim);
  at().Advance(10s);
  const auto probe = Take();
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->envelope, second);
}

TEST_P(DeliveryQueueContract, ABlockedRouteThatOnlyProbesItselfIsSaidToNeedAControlCall) {
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now());
  const auto cases = [this] { return queue().RefusalCases({}).value(); };
  ASSERT_EQ(cases().size(), 1U);
  EXPECT_EQ(cases()[0].route, kErase);
  EXPECT_EQ(cases()[0].evidence,
            (RefusalEvidence{.control_due = true, .only_probes_itself = true}));
  Add();
  EXPECT_THAT(cases(), IsEmpty()) << "the fresh one is the next probe";
  at().Advance(1s);
  ASSERT_TRUE(Take());
  EXPECT_THAT(cases(), IsEmpty()) << "the probe is under way";
}

TEST_P(DeliveryQueueContract, ARouteThatIsBlockedForItsHeldRefusalsNeedsNoControlCall) {
  AddRefusedAlone();
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now(), "erasure refused for 21 identifiers");
  EXPECT_THAT(queue().RefusalCases({}).value(), IsEmpty());
}

TEST_P(DeliveryQueueContract, ARouteWhosePathIsInDoubtNeedsOneWhateverItHolds) {
  AddRefusedAlone();
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now());
  const auto cases = queue().RefusalCases({}).value();
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].evidence, (RefusalEvidence{.control_due = true, .only_probes_itself = true}));
}

TEST_P(DeliveryQueueContract, AnAcceptedControlCallOpensARouteThatTheNextBatchWouldOpen) {
  const auto lease = [this] {
    return at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true}).value();
  };
  Add();
  BlockRoute(Take(), Resume::kBatch, at().Now());
  EXPECT_FALSE(at().slots().Lease({.route = kErase, .lease = kLease})->lease);
  const auto refused = lease();
  ASSERT_TRUE(refused.lease);
  ASSERT_TRUE(at().slots().Free(*refused.lease, {}).ok());
  EXPECT_FALSE(Take());
  at().Advance(1s);
  const auto accepted = lease();
  ASSERT_TRUE(accepted.lease);
  ASSERT_TRUE(at().slots().Free(*accepted.lease, {.control = OutcomeClass::kAccepted}).ok());
  EXPECT_THAT(queue().RefusalCases({}).value(), IsEmpty());
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.health.accepted_at, at().Now());
}

TEST_P(DeliveryQueueContract, AControlCallOpensNoRouteThatIsBlockedForRefusalsThatItHolds) {
  for (const auto& [reason, opens] :
       {std::pair{"endpoint_404", true}, {"erasure refused for 21 identifiers", false}}) {
    AddRefusedAlone();
    Add();
    BlockRoute(Take(), Resume::kBatch, at().Now(), reason);
    const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
    ASSERT_TRUE(offer->lease);
    ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kAccepted}).ok());
    const auto next = Take();
    EXPECT_EQ(next.has_value(), opens) << reason;
    if (!next) continue;
    ASSERT_EQ(Record(*next, Yes(), Accepted(*next)), Recorded::kApplied);
    at().Advance(1h);
  }
}

TEST_P(DeliveryQueueContract, AControlCallOpensNoRouteThatWasBlockedWhileItWasUnderWay) {
  for (int i = 0; i < 2; ++i) Add();
  const auto claim = Take();
  const auto offer = at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true});
  ASSERT_TRUE(offer->lease);
  at().Advance(1ms);
  BlockRoute(claim);
  ASSERT_TRUE(at().slots().Free(*offer->lease, {.control = OutcomeClass::kAccepted}).ok());
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, NoControlCallIsMadeWhereOnlyAnOperatorResumes) {
  Add();
  BlockRoute(Take(), Resume::kOperator, at().Now());
  EXPECT_THAT(queue().RefusalCases({}).value(), IsEmpty());
  EXPECT_TRUE(at().slots().Lease({.route = kErase, .lease = kLease, .for_control = true})->blocked);
}

}  // namespace
}  // namespace lethe::contract
