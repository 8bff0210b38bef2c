#include "contract/delivery_queue/account_gate_contract.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(AccountGateContract, AHealthyAccountIsNotProbed) {
  Add();
  EXPECT_FALSE(TakeProbe());
  ProbeSoon();
  EXPECT_FALSE(TakeProbe());
  EXPECT_TRUE(Take());
}

TEST_P(AccountGateContract, ABlockedAccountWaitsForItsProbeAndSendsNoBatch) {
  AddWaitingForProbe();
  at().Advance(10s - 1ms);
  EXPECT_FALSE(TakeProbe());
  at().Advance(1ms);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
  const auto probe = TakeProbe();
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->account, "acme");
  EXPECT_EQ(probe->reason, "credentials_or_region_401");
  EXPECT_EQ(probe->lease_until, at().Now() + kProbeLease);
  at().Advance(24h);
  EXPECT_FALSE(Take());
}

TEST_P(AccountGateContract, OneProbeAtATime) {
  AddWaitingForProbe();
  at().Advance(10s);
  ASSERT_TRUE(TakeProbe());
  EXPECT_FALSE(TakeProbe());
  at().Advance(kProbeLease - 1ms);
  EXPECT_FALSE(TakeProbe());
  at().Advance(1ms);
  EXPECT_TRUE(TakeProbe()) << "the process that took it may be dead";
}

TEST_P(AccountGateContract, AClaimKnowsWhenALookFoundTheCredentialsRight) {
  AddWaitingForProbe();
  at().Advance(10s);
  ASSERT_TRUE(Found(TakeProbe(), ProbeFinding::kAskAgain));
  at().Advance(20s);
  ASSERT_TRUE(Found(TakeProbe(), ProbeFinding::kHealthy));
  const TimePoint found_at = at().Now();
  at().Advance(1s);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->facts.health.connected_at, found_at);
  at().AddEnvelope({.route = kEraseElsewhere});
  EXPECT_EQ(Take(kEraseElsewhere)->facts.health.connected_at, std::nullopt);
}

TEST_P(AccountGateContract, AFindingIsIgnoredOnceItsLeaseRanOutAndAnotherProbeBegan) {
  AddWaitingForProbe();
  at().Advance(10s);
  const auto slow = TakeProbe();
  at().Advance(kProbeLease);
  const auto quick = TakeProbe();
  for (const ProbeFinding finding :
       {ProbeFinding::kHealthy, ProbeFinding::kAskAgain, ProbeFinding::kAskByBatch}) {
    EXPECT_FALSE(Found(slow, finding));
  }
  EXPECT_FALSE(Take());
  EXPECT_TRUE(Found(quick, ProbeFinding::kHealthy));
  EXPECT_FALSE(Found(quick, ProbeFinding::kHealthy)) << "the block is gone";
}

TEST_P(AccountGateContract, RightCredentialsEndTheBlock) {
  AddWaitingForProbe();
  at().Advance(10s);
  EXPECT_TRUE(Found(TakeProbe(), ProbeFinding::kHealthy));
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
  EXPECT_FALSE(TakeProbe());
}

TEST_P(AccountGateContract, ANewBlockBeginsItsDelaysAnew) {
  AddWaitingForProbe();
  at().Advance(10s);
  Found(TakeProbe(), ProbeFinding::kAskAgain);
  at().Advance(20s);
  Found(TakeProbe(), ProbeFinding::kHealthy);
  Block(Take(), Resume::kConnect);
  at().Advance(10s);
  EXPECT_TRUE(TakeProbe());
}

TEST_P(AccountGateContract, ProbesComeAtGrowingDistanceUpToTenMinutes) {
  AddWaitingForProbe();
  milliseconds distance = 10s;
  for (int probe = 0; probe < 8; ++probe) {
    at().Advance(distance - 1ms);
    EXPECT_FALSE(TakeProbe()) << probe;
    at().Advance(1ms);
    EXPECT_TRUE(Found(TakeProbe(), ProbeFinding::kAskAgain));
    EXPECT_FALSE(Take());
    distance = std::min<milliseconds>(2 * distance, 10min);
  }
  EXPECT_EQ(distance, 10min);
}

TEST_P(AccountGateContract, AProbeSaysHowManyHaveLeftTheAccountBlocked) {
  AddWaitingForProbe();
  for (int probes = 1; probes < 4; ++probes) {
    at().Advance(10min);
    const auto probe = TakeProbe();
    ASSERT_TRUE(probe);
    EXPECT_EQ(probe->probe_count, probes);
    EXPECT_TRUE(Found(probe, ProbeFinding::kAskAgain));
  }
}

TEST_P(AccountGateContract, TheNextBatchIsTheProbeWhereCredentialsCannotBeProbed) {
  AddWaitingForProbe();
  at().Advance(10s);
  EXPECT_TRUE(Found(TakeProbe(), ProbeFinding::kAskByBatch));
  EXPECT_FALSE(TakeProbe());
  at().Advance(kBeforeBatchProbe - 1ms);
  EXPECT_FALSE(Take()) << "a control call may find out";
  at().Advance(1ms);
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  const auto batch = Take();
  ASSERT_TRUE(batch);
  EXPECT_FALSE(Take()) << "one batch is the probe";
  Record(*batch, Yes(), Accepted(*batch));
  EXPECT_TRUE(Take());
}

TEST_P(AccountGateContract, WhereNoBatchComesToFindOutThereIsALookAgain) {
  AddWaitingForProbe(1);
  at().Advance(10s);
  EXPECT_TRUE(Found(TakeProbe(), ProbeFinding::kAskByBatch));
  at().Advance(kBeforeBatchProbe + kLookAgainAfter - 1ms);
  EXPECT_FALSE(TakeProbe());
  at().Advance(1ms);
  const auto look = TakeProbe();
  EXPECT_FALSE(Take()) << "one of both at a time";
  EXPECT_TRUE(Found(look, ProbeFinding::kHealthy));
  EXPECT_TRUE(Take());
}

TEST_P(AccountGateContract, ABatchThatBlocksItsAccountAgainDelaysTheNextProbe) {
  AddWaitingForProbe();
  at().Advance(10s);
  Found(TakeProbe(), ProbeFinding::kAskByBatch);
  at().Advance(kBeforeBatchProbe);
  Block(Take(), Resume::kConnect);
  at().Advance(20s - 1ms);
  EXPECT_FALSE(TakeProbe());
  at().Advance(1ms);
  EXPECT_TRUE(TakeProbe());
}

TEST_P(AccountGateContract, ProbeSoonMakesTheNextProbeDueAndBeginsTheDelaysAnew) {
  AddWaitingForProbe();
  for (int probe = 0; probe < 6; ++probe) {
    at().Advance(10min);
    Found(TakeProbe(), ProbeFinding::kAskAgain);
  }
  ProbeSoon();
  EXPECT_TRUE(Found(TakeProbe(), ProbeFinding::kAskAgain));
  at().Advance(10s);
  EXPECT_TRUE(TakeProbe()) << "and the delays begin anew";
}

TEST_P(AccountGateContract, AProbeThatBeganBeforeProbeSoonDoesNotDelayTheNext) {
  AddWaitingForProbe();
  at().Advance(10s);
  const auto with_the_old_passcode = TakeProbe();
  ProbeSoon();
  EXPECT_FALSE(Found(with_the_old_passcode, ProbeFinding::kAskAgain));
  EXPECT_TRUE(TakeProbe());
}

TEST_P(AccountGateContract, ProbeSoonLetsABatchThroughWhereBatchesAreTheProbe) {
  AddBlocked(2, Resume::kBatch);
  ProbeSoon();
  EXPECT_FALSE(TakeProbe());
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
}

TEST_P(AccountGateContract, ABlockThatOnlyAnOperatorEndsHasNoProbes) {
  AddBlocked(2, Resume::kOperator);
  ProbeSoon();
  at().Advance(24h);
  EXPECT_FALSE(TakeProbe());
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
}

TEST_P(AccountGateContract, EachAccountHasItsOwnProbes) {
  AddWaitingForProbe();
  at().AddEnvelope({.route = kEraseElsewhere});
  Block(Take(kEraseElsewhere), Resume::kConnect);
  ProbeSoon("globex");
  const auto first = TakeProbe();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->account, "globex");
  EXPECT_FALSE(TakeProbe());
  at().Advance(10s);
  const auto second = TakeProbe();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->account, "acme");
  EXPECT_TRUE(Found(first, ProbeFinding::kHealthy));
  EXPECT_TRUE(Take(kEraseElsewhere));
  EXPECT_FALSE(Take());
}

TEST_P(AccountGateContract, HeldRefusalsAreReadyAgainWhenTheBlockEnds) {
  AddRefusedAlone();
  AddWaitingForProbe(1);
  at().Advance(10s);
  Found(TakeProbe(), ProbeFinding::kHealthy);
  for (const BatchRow& row : at().Batches()) EXPECT_EQ(row.state, BatchState::kReady);
}

TEST_P(AccountGateContract, ABlockedRouteIsNotProbedByALookAtTheCredentials) {
  Add();
  BlockRoute(Take());
  at().Advance(24h);
  EXPECT_FALSE(TakeProbe());
  EXPECT_TRUE(Take());
}

TEST_P(AccountGateContract, ProbeSoonMakesTheProbesOfBlockedRoutesDueAndBeginsTheirDelaysAnew) {
  Add();
  BlockRoute(Take());
  for (int probe = 0; probe < 6; ++probe) {
    at().Advance(10min);
    BlockRoute(Take());
  }
  EXPECT_FALSE(Take());
  ProbeSoon();
  BlockRoute(Take());
  at().Advance(1s);
  EXPECT_TRUE(Take()) << "and the delays begin anew";
}

TEST_P(AccountGateContract, ProbeSoonLeavesARouteThatOnlyAnOperatorResumes) {
  Add();
  BlockRoute(Take(), Resume::kOperator);
  ProbeSoon();
  EXPECT_FALSE(Take());
}

TEST_P(AccountGateContract, RightCredentialsDoNotEndTheBlockOfARoute) {
  Add();
  BlockRoute(Take(), Resume::kOperator);
  at().AddEnvelope({.route = kDemerge});
  Block(Take(kDemerge), Resume::kConnect);
  at().Advance(10s);
  EXPECT_TRUE(Found(TakeProbe(), ProbeFinding::kHealthy));
  EXPECT_TRUE(Take(kDemerge));
  EXPECT_FALSE(Take(kErase));
}

TEST_P(AccountGateContract, HeldRefusalsOfARouteThatStaysBlockedStayHeld) {
  AddRefusedAlone();
  Add();
  BlockRoute(Take(), Resume::kOperator);
  at().AddEnvelope({.route = kDemerge});
  Block(Take(kDemerge), Resume::kConnect);
  at().Advance(10s);
  Found(TakeProbe(), ProbeFinding::kHealthy);
  EXPECT_EQ(at().Batches().front().state, BatchState::kHeld);
}

}  // namespace
}  // namespace lethe::contract
