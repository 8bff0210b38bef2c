// What an answer is about: the payload, where the route takes others; else what its class says.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "lethe/decision.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using enum BatchState;

class PayloadOrRoute : public testing::Test {
 protected:
  Plan After(OutcomeClass outcome, int http_status,
             std::optional<milliseconds> retry_after = {}) const {
    return Decide(facts_,
                  {.outcome = outcome, .http_status = http_status, .retry_after = retry_after},
                  hours_, now_, 0.0);
  }
  void OthersAreTaken() { facts_.health.accepted_at = started_at_ - 1s; }
  bool IsHalved(const Plan& plan) const {
    return plan.transitions.size() == 2 && plan.transitions[0].span == Span{10, 59} &&
           plan.transitions[0].to == kReady && plan.transitions[0].not_before == now_ &&
           plan.account == AccountVerdict::kUntouched && !plan.setback &&
           plan.slot_cool_down == 0ms;
  }

  const ProcessingHours hours_{.zone = TimeZone::Find("Asia/Kolkata").value()};
  const TimePoint started_at_ = At("2026-01-10 12:00 +0530");
  const TimePoint now_ = started_at_ + 2s;
  AttemptFacts facts_{.operation = Operation::kErasure,
                      .span = {.lo = 10, .hi = 109},
                      .attempt_count = 1,
                      .call_count = 1,
                      .started_at = started_at_};
};

struct Status {
  OutcomeClass outcome;
  int http_status;
};
constexpr Status kAboutTheRoute[] = {{OutcomeClass::kMisconfigured, 302},
                                     {OutcomeClass::kMisconfigured, 403},
                                     {OutcomeClass::kMisconfigured, 404}};

TEST_F(PayloadOrRoute, WhereOthersAreTakenABatchIsHalvedWhateverTheStatus) {
  OthersAreTaken();
  for (const auto& [outcome, status] : kAboutTheRoute) {
    EXPECT_TRUE(IsHalved(After(outcome, status))) << status;
  }
}

TEST_F(PayloadOrRoute, WhereNothingShowsThatOthersAreTakenTheFirstAnswerBlocks) {
  for (const auto& [outcome, status] : kAboutTheRoute) {
    const Plan plan = After(outcome, status);
    EXPECT_EQ(plan.account, AccountVerdict::kBlocked) << status;
    ASSERT_EQ(plan.transitions.size(), 1u);
    EXPECT_EQ(plan.transitions[0].to, kReady);
    EXPECT_EQ(plan.transitions[0].refused_since, now_) << "later acceptances are evidence";
  }
}

TEST_F(PayloadOrRoute, CredentialsMayHaveExpiredSinceOthersWereTaken) {
  OthersAreTaken();
  const Plan first = After(OutcomeClass::kAccountBlocked, 401);
  EXPECT_EQ(first.account, AccountVerdict::kBlocked);
  EXPECT_FALSE(first.spends_attempt);
  facts_.refused_since = started_at_ - 10s;
  EXPECT_TRUE(IsHalved(After(OutcomeClass::kAccountBlocked, 401))) << "others were taken since";
}

TEST_F(PayloadOrRoute, CredentialsThatWereFoundRightSinceAreNotWhatA401IsAbout) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.refused_since = started_at_ - 20s;
  facts_.health.connected_at = started_at_ - 21s;
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 401).block_scope, BlockScope::kAccount);

  facts_.health.connected_at = started_at_ - 19s;
  const Plan plan = After(OutcomeClass::kAccountBlocked, 401);
  EXPECT_EQ(plan.account, AccountVerdict::kBlocked);
  EXPECT_EQ(plan.block_scope, BlockScope::kRoute) << "the account's other routes go on";
  EXPECT_EQ(plan.resume, Resume::kBatch);
  EXPECT_EQ(plan.account_reason, "endpoint_401");
  EXPECT_EQ(plan.transitions.at(0).to, kReady);

  OthersAreTaken();
  const Plan alone = After(OutcomeClass::kAccountBlocked, 401);
  EXPECT_EQ(alone.account, AccountVerdict::kUntouched) << "the route goes on too";
  EXPECT_EQ(alone.transitions.at(0).lone_refusals, 1);
}

TEST_F(PayloadOrRoute, WhileOthersAreTakenALookSpeaksForTheCredentialsForAnHour) {
  OthersAreTaken();
  facts_.health.connected_at = started_at_ - 61min;
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 401).block_scope, BlockScope::kAccount);
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 401).account, AccountVerdict::kBlocked);

  facts_.health.connected_at = started_at_ - 59min;
  const Plan plan = After(OutcomeClass::kAccountBlocked, 401);
  EXPECT_EQ(plan.account, AccountVerdict::kUntouched)
      << "a firewall that answers so to some payloads must not stop the others each time";
  EXPECT_TRUE(IsHalved(plan));

  facts_.health.failing = kFewFailing + 1;
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 401).block_scope, BlockScope::kAccount)
      << "the credentials may have expired since";
}

TEST_F(PayloadOrRoute, AProbeOfABlockedRouteThatGetsA401SaysNothingAboutTheAccount) {
  facts_.health.is_probe = true;
  const Plan plan = After(OutcomeClass::kAccountBlocked, 401);
  EXPECT_EQ(plan.account, AccountVerdict::kBlocked);
  EXPECT_EQ(plan.block_scope, BlockScope::kRoute);
}

TEST_F(PayloadOrRoute, CredentialsThatCannotBeReadBlockTheAccountWhateverWasSeen) {
  facts_.refused_since = started_at_ - 20s;
  facts_.health = {.connected_at = started_at_ - 1s, .is_probe = true};
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 0).block_scope, BlockScope::kAccount);
}

TEST_F(PayloadOrRoute, AThrottledBatchWaitsLongerThanItsSlotSoThatOthersGoFirst) {
  for (const auto asked : {0s, 30s}) {
    const Plan plan = After(OutcomeClass::kThrottled, 429, asked);
    EXPECT_GT(plan.transitions.at(0).not_before, now_ + plan.slot_cool_down);
    EXPECT_GE(plan.slot_cool_down, asked);
    EXPECT_FALSE(plan.spends_attempt);
    EXPECT_TRUE(plan.setback);
    EXPECT_EQ(plan.taken, std::nullopt);
  }
}

TEST_F(PayloadOrRoute, ABatchThatIsThrottledWhileOthersAreTakenHoldsItsSlotForAMinuteAtMost) {
  OthersAreTaken();
  for (const int calls : {0, 1}) {
    facts_.throttled_calls = calls;
    const Plan plan = After(OutcomeClass::kThrottled, 429, 3600s);
    EXPECT_EQ(plan.slot_cool_down, 60s) << calls;
    EXPECT_GE(plan.transitions.at(0).not_before, now_ + 3600s) << "the batch waits as asked";
  }
  facts_.health.accepted_at = started_at_ - 31s;
  EXPECT_EQ(After(OutcomeClass::kThrottled, 429, 3600s).slot_cool_down, 3600s)
      << "nothing shows that others are taken";
}

TEST_F(PayloadOrRoute, AfterManyThrottledCallsWhileOthersAreTakenTheBatchIsHalved) {
  facts_.throttled_calls = kManyThrottled - 2;
  EXPECT_EQ(After(OutcomeClass::kThrottled, 429).transitions.at(0).refused_since, std::nullopt);
  ++facts_.throttled_calls;
  EXPECT_EQ(After(OutcomeClass::kThrottled, 429).transitions.at(0).refused_since, now_)
      << "what is taken from now on is evidence";
  ++facts_.throttled_calls;
  EXPECT_EQ(After(OutcomeClass::kThrottled, 429).transitions.size(), 1u);
  OthersAreTaken();
  const Plan plan = After(OutcomeClass::kThrottled, 429);
  ASSERT_EQ(plan.transitions.size(), 2u);
  EXPECT_EQ(plan.transitions[0].span, (Span{10, 59}));
  EXPECT_GT(plan.transitions[0].not_before, now_ + plan.slot_cool_down);
  --facts_.throttled_calls;
  EXPECT_EQ(After(OutcomeClass::kThrottled, 429).transitions.size(), 1u);
}

TEST_F(PayloadOrRoute, CallsThatABlockStoppedAreNoThrottledOnes) {
  facts_.call_count = facts_.attempt_count + 9;
  OthersAreTaken();
  const Plan plan = After(OutcomeClass::kThrottled, 429);
  ASSERT_EQ(plan.transitions.size(), 1u);
  EXPECT_EQ(plan.transitions[0].throttled_calls, 1);
  EXPECT_EQ(After(OutcomeClass::kMisconfigured, 403).transitions.at(0).throttled_calls, 0);
}

TEST_F(PayloadOrRoute, AnOutageDoesNotTakeABatchApartThatWasThrottledOften) {
  facts_.throttled_calls = kManyThrottled;
  facts_.refused_since = started_at_ - 10min;
  facts_.health = {.accepted_at = started_at_ - 9min, .failing = 1};
  EXPECT_FALSE(IsHalved(After(OutcomeClass::kUnknown, 503)));
  EXPECT_EQ(After(OutcomeClass::kMisconfigured, 403).account, AccountVerdict::kBlocked);
  OthersAreTaken();
  EXPECT_TRUE(IsHalved(After(OutcomeClass::kUnknown, 503)));
}

TEST_F(PayloadOrRoute, AnIdentifierThatIsThrottledAloneAgainAndAgainIsReviewed) {
  OthersAreTaken();
  facts_.span = {.lo = 10, .hi = 10};
  facts_.throttled_calls = kManyThrottled;
  milliseconds before{0};
  for (int tries = 1; tries < kMaxLoneUnknown; ++tries) {
    const Transition again = After(OutcomeClass::kThrottled, 429).transitions.at(0);
    EXPECT_EQ(again.to, kReady);
    EXPECT_EQ(again.reason, "throttled");
    EXPECT_EQ(again.lone_refusals, tries);
    const auto wait = std::chrono::duration_cast<milliseconds>(*again.not_before - now_);
    EXPECT_GT(wait, before);
    before = wait;
    facts_.lone_refusals = again.lone_refusals;
    facts_.refused_since = started_at_ - 2s;
    ++facts_.throttled_calls;
  }
  const Transition last = After(OutcomeClass::kThrottled, 429).transitions.at(0);
  EXPECT_EQ(last.to, kNeedsReview) << "never rejected";
  EXPECT_EQ(last.reason, "refused_alone");
}

TEST_F(PayloadOrRoute, AcceptancesOfLongAgoShowNothing) {
  facts_.health.accepted_at = started_at_ - 30s;
  EXPECT_EQ(After(OutcomeClass::kMisconfigured, 403).account, AccountVerdict::kBlocked);
  facts_.health.accepted_at = started_at_ - 29s;
  EXPECT_TRUE(IsHalved(After(OutcomeClass::kMisconfigured, 403)));
}

TEST_F(PayloadOrRoute, MoreThanAFewEnvelopesInARowAreTheRoutesTrouble) {
  OthersAreTaken();
  facts_.health.failing = kFewFailing;
  EXPECT_TRUE(IsHalved(After(OutcomeClass::kMisconfigured, 403)));
  ++facts_.health.failing;
  EXPECT_EQ(After(OutcomeClass::kMisconfigured, 403).account, AccountVerdict::kBlocked);
}

TEST_F(PayloadOrRoute, ABatchThatWasAnsweredSoBeforeIsJudgedByWhatWasTakenSince) {
  facts_.refused_since = started_at_ - 10min;
  facts_.health = {.accepted_at = started_at_ - 9min, .failing = 9};
  EXPECT_TRUE(IsHalved(After(OutcomeClass::kMisconfigured, 404)));
  facts_.health.accepted_at = started_at_ - 11min;
  EXPECT_EQ(After(OutcomeClass::kMisconfigured, 404).account, AccountVerdict::kBlocked);
}

TEST_F(PayloadOrRoute, AProbeThatIsRefusedTwiceIsHalvedAndTheBlockStays) {
  facts_.refused_since = started_at_ - 10min;
  const Plan plan = After(OutcomeClass::kMisconfigured, 403);
  EXPECT_EQ(plan.account, AccountVerdict::kBlocked);
  ASSERT_EQ(plan.transitions.size(), 2u);
  EXPECT_EQ(plan.transitions[1].span, (Span{60, 109}));
  EXPECT_EQ(plan.transitions[1].refused_since, now_) << "later acceptances are evidence";

  facts_.span = {.lo = 10, .hi = 10};
  const Plan alone = After(OutcomeClass::kMisconfigured, 403);
  ASSERT_EQ(alone.transitions.size(), 1u);
  EXPECT_EQ(alone.transitions[0].to, kReady) << "the next probe";
}

TEST_F(PayloadOrRoute, WithoutAnAnswerItIsNeverThePayload) {
  OthersAreTaken();
  const Plan plan = After(OutcomeClass::kAccountBlocked, 0);
  EXPECT_EQ(plan.account, AccountVerdict::kBlocked);
  EXPECT_EQ(plan.transitions.at(0).refused_since, std::nullopt);
}

TEST_F(PayloadOrRoute, AnIdentifierThatIsAnsweredSoAloneIsTriedAgainAndThenReviewed) {
  OthersAreTaken();
  facts_.span = {.lo = 10, .hi = 10};
  for (const auto& [outcome, status] : kAboutTheRoute) {
    facts_.lone_refusals = 0;
    const Plan plan = After(outcome, status);
    EXPECT_EQ(plan.account, AccountVerdict::kUntouched);
    EXPECT_EQ(plan.transitions.at(0).to, kReady) << status;
    EXPECT_EQ(plan.transitions.at(0).lone_refusals, 1);
    facts_.lone_refusals = kMaxLoneUnknown - 1;
    facts_.refused_since = started_at_ - 2s;
    EXPECT_EQ(After(outcome, status).transitions.at(0).to, kNeedsReview) << "never rejected";
    EXPECT_EQ(After(outcome, status).transitions.at(0).reason, "refused_alone");
  }
}

TEST_F(PayloadOrRoute, AnIdentifierThatIsAnsweredSoAloneWaitsLongerFromTryToTry) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.refused_since = started_at_ - 1min;
  OthersAreTaken();
  for (const auto& [outcome, status] :
       {Status{OutcomeClass::kMisconfigured, 403}, Status{OutcomeClass::kAccountBlocked, 401}}) {
    facts_.lone_refusals = 0;
    for (const milliseconds delay : {500ms, 1000ms, 2000ms, 4000ms, 8000ms}) {
      const Transition again = After(outcome, status).transitions.at(0);
      EXPECT_EQ(again.to, kReady) << status;
      EXPECT_EQ(again.not_before, now_ + delay) << "a hiccup must not use up the tries";
      EXPECT_EQ(again.refused_since, now_);
      facts_.lone_refusals = again.lone_refusals;
    }
    EXPECT_EQ(After(outcome, status).transitions.at(0).to, kNeedsReview) << status;
  }
}

TEST_F(PayloadOrRoute, TheFirstUnknownOutcomeWhileOthersAreTakenCostsTheSlotNoRest) {
  OthersAreTaken();
  const Plan plan = After(OutcomeClass::kUnknown, 500);
  EXPECT_EQ(plan.transitions, (std::vector<Transition>{{.span = facts_.span,
                                                        .to = kReady,
                                                        .reason = "unknown_outcome",
                                                        .not_before = now_ + 500ms,
                                                        .unknown_since = started_at_}}));
  EXPECT_FALSE(plan.setback);
  EXPECT_EQ(plan.slot_cool_down, 0ms);
  EXPECT_EQ(plan.taken, false);
}

TEST_F(PayloadOrRoute, WhileOthersAreTakenAnUnknownOutcomeStillWaitsAsLongAsTheVendorAsks) {
  OthersAreTaken();
  const Plan plan = After(OutcomeClass::kUnknown, 503, 30s);
  EXPECT_EQ(plan.transitions.at(0).not_before, now_ + 30s);
  EXPECT_EQ(plan.slot_cool_down, 30s);
  EXPECT_FALSE(plan.setback);
  const Plan an_hour = After(OutcomeClass::kUnknown, 503, 3600s);
  EXPECT_EQ(an_hour.transitions.at(0).not_before, now_ + 3600s);
  EXPECT_EQ(an_hour.slot_cool_down, 60s) << "others may be taken";
}

TEST_F(PayloadOrRoute, TheSecondUnknownOutcomeWhileOthersAreTakenHalvesTheBatchAtOnce) {
  facts_.unknown_since = started_at_ - 40s;
  EXPECT_FALSE(IsHalved(After(OutcomeClass::kUnknown, 500))) << "nothing was taken since";
  facts_.health.accepted_at = started_at_ - 41s;
  EXPECT_FALSE(IsHalved(After(OutcomeClass::kUnknown, 500)));
  facts_.health.accepted_at = started_at_ - 39s;
  const Plan plan = After(OutcomeClass::kUnknown, 500);
  EXPECT_TRUE(IsHalved(plan));
  for (const Transition& half : plan.transitions) {
    EXPECT_EQ(half.unknown_since, started_at_ - 40s);
    EXPECT_EQ(half.refused_since, now_);
  }
}

TEST_F(PayloadOrRoute, AHalfIsHalvedAtItsFirstUnknownOutcome) {
  facts_.unknown_since = started_at_ - 10s;
  facts_.refused_since = started_at_ - 5s;
  facts_.health.accepted_at = started_at_ - 4s;
  EXPECT_TRUE(IsHalved(After(OutcomeClass::kUnknown, 500)));
}

TEST_F(PayloadOrRoute, AnOutageInTheMiddleOfASearchEndsTheSearch) {
  facts_.unknown_since = started_at_ - 20s;
  facts_.refused_since = started_at_ - 5s;
  facts_.health = {.accepted_at = started_at_ - 4s, .failing = kFewFailing + 1};
  for (const Status& status :
       {Status{OutcomeClass::kMisconfigured, 403}, Status{OutcomeClass::kUnknown, 500}}) {
    const AttemptFacts before = facts_;
    const Plan plan = After(status.outcome, status.http_status);
    EXPECT_TRUE(IsHalved(plan)) << "the other half was taken";
    facts_.refused_since = plan.transitions.at(0).refused_since;
    EXPECT_EQ(facts_.refused_since, now_);
    EXPECT_FALSE(IsAboutPayload(facts_, status.outcome)) << "nothing was taken since";
    facts_ = before;
  }
}

TEST_F(PayloadOrRoute, ATryAloneCountsOnlyIfOthersWereTakenSinceTheOneBefore) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.unknown_since = started_at_ - 1min;
  facts_.throttled_calls = kManyThrottled;
  facts_.lone_refusals = 3;
  for (const Status& status :
       {Status{OutcomeClass::kMisconfigured, 403}, Status{OutcomeClass::kMisconfigured, 404},
        Status{OutcomeClass::kAccountBlocked, 401}, Status{OutcomeClass::kThrottled, 429},
        Status{OutcomeClass::kUnknown, 500}}) {
    facts_.refused_since = started_at_ - 5s;
    // Taken shortly before the outage began.
    facts_.health = {.accepted_at = started_at_ - 6s, .connected_at = started_at_ - 1min};
    const Transition again = After(status.outcome, status.http_status).transitions.at(0);
    EXPECT_EQ(again.to, kReady) << status.http_status;
    EXPECT_EQ(again.lone_refusals, 3) << status.http_status;
    EXPECT_EQ(again.refused_since, facts_.refused_since) << status.http_status;

    facts_.health.accepted_at = started_at_ - 4s;
    const Transition counted = After(status.outcome, status.http_status).transitions.at(0);
    EXPECT_EQ(counted.lone_refusals, 4) << status.http_status;
    EXPECT_EQ(counted.refused_since, now_) << status.http_status;
  }
}

TEST_F(PayloadOrRoute, AnIdentifierThatWasAnsweredSoAloneBlocksNothing) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = 1;
  facts_.refused_since = started_at_ - 1min;
  facts_.health = {.accepted_at = started_at_ - 2min, .failing = kFewFailing + 1};
  for (const auto& [outcome, status] : kAboutTheRoute) {
    facts_.attempt_count = 2;
    const Plan plan = After(outcome, status);
    EXPECT_EQ(plan.account, AccountVerdict::kUntouched) << status;
    EXPECT_EQ(plan.transitions.at(0).to, kReady) << status;
    EXPECT_TRUE(plan.spends_attempt) << "it waits longer from try to try";
    facts_.attempt_count = 9;
    EXPECT_GT(After(outcome, status).transitions.at(0).not_before,
              *plan.transitions.at(0).not_before + 1min);
  }
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 401).block_scope, BlockScope::kAccount)
      << "the credentials may have expired";
  EXPECT_EQ(After(OutcomeClass::kAccountBlocked, 401).account, AccountVerdict::kBlocked);
}

TEST_F(PayloadOrRoute, HalvingsAreNoReasonToWaitLonger) {
  facts_.attempt_count = 12;
  facts_.unknown_since = started_at_ - 1min;
  const TimePoint whole = *After(OutcomeClass::kUnknown, 500).transitions.at(0).not_before;
  EXPECT_EQ(whole, now_ + 5min);
  facts_.refused_since = started_at_ - 30s;
  const TimePoint part = *After(OutcomeClass::kUnknown, 500).transitions.at(0).not_before;
  EXPECT_EQ(part, now_ + 1min);
}

TEST_F(PayloadOrRoute, ALongDelayEndsShortlyBeforeTheHorizon) {
  facts_.operation = Operation::kDisassociation;
  facts_.attempt_count = 12;
  facts_.unknown_since = started_at_ - 13min;
  const Transition again = After(OutcomeClass::kUnknown, 500).transitions.at(0);
  EXPECT_EQ(again.to, kReady);
  EXPECT_EQ(again.not_before, *facts_.unknown_since + 15min - 30s);
  facts_.unknown_since = started_at_ - 15min + 30s;
  EXPECT_EQ(After(OutcomeClass::kUnknown, 500).transitions.at(0).to, kNeedsReview)
      << "the last try was made";
}

TEST_F(PayloadOrRoute, PastTheHorizonAnUnknownBatchIsNotHalvedButReviewed) {
  facts_.operation = Operation::kDisassociation;
  facts_.unknown_since = started_at_ - 20min;
  OthersAreTaken();
  const Plan plan = After(OutcomeClass::kUnknown, 500);
  ASSERT_EQ(plan.transitions.size(), 1u);
  EXPECT_EQ(plan.transitions[0].to, kNeedsReview);
}

TEST_F(PayloadOrRoute, ALoneIdentifierWithoutAnAnswerIsTriedAFewTimesAndReviewed) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.unknown_since = started_at_ - 1min;
  OthersAreTaken();
  for (const milliseconds delay : {500ms, 1000ms, 2000ms, 4000ms, 8000ms}) {
    const Plan plan = After(OutcomeClass::kUnknown, 500);
    const Transition& again = plan.transitions.at(0);
    EXPECT_EQ(again.to, kReady);
    EXPECT_EQ(again.not_before, now_ + delay);
    EXPECT_EQ(again.lone_refusals, facts_.lone_refusals + 1);
    EXPECT_FALSE(plan.setback);
    facts_.lone_refusals = again.lone_refusals;
  }
  const Transition last = After(OutcomeClass::kUnknown, 500).transitions.at(0);
  EXPECT_EQ(last.to, kNeedsReview);
  EXPECT_EQ(last.reason, "unknown_outcome");
  EXPECT_EQ(last.unknown_since, facts_.unknown_since);
}

TEST_F(PayloadOrRoute, ALoneIdentifierWithoutAnAnswerWaitsAsLongAsTheVendorAsks) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.unknown_since = started_at_ - 1min;
  OthersAreTaken();
  EXPECT_EQ(After(OutcomeClass::kUnknown, 503, 30s).transitions.at(0).not_before, now_ + 30s);
  EXPECT_EQ(After(OutcomeClass::kUnknown, 503, 1ms).transitions.at(0).not_before, now_ + 500ms);
}

TEST_F(PayloadOrRoute, InAnOutageALoneIdentifierIsTriedForAsLongAsTheHorizonLasts) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.unknown_since = started_at_ - 1min;
  facts_.lone_refusals = 5;
  const Plan plan = After(OutcomeClass::kUnknown, 500);
  EXPECT_EQ(plan.transitions.at(0).to, kReady);
  EXPECT_EQ(plan.transitions.at(0).lone_refusals, 5);
  EXPECT_TRUE(plan.setback);
}

TEST_F(PayloadOrRoute, WhileMoreThanAFewFailAnUnknownOutcomeIsASetbackOfTheSlot) {
  OthersAreTaken();
  facts_.health.failing = kFewFailing + 1;
  EXPECT_TRUE(After(OutcomeClass::kUnknown, 500).setback);
}

}  // namespace
}  // namespace lethe
