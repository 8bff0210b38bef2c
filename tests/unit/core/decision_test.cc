#include "lethe/decision.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "lethe/refusal.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using enum BatchState;

class Decisions : public testing::Test {
 protected:
  Plan After(const VendorReply& reply) const { return Decide(facts_, reply, hours_, now_, 0.0); }

  Transition OnlyTransition(const VendorReply& reply) const {
    const Plan plan = After(reply);
    EXPECT_EQ(plan.transitions.size(), 1u);
    return plan.transitions.at(0);
  }

  const VendorReply kRefusal{.outcome = OutcomeClass::kRefused, .http_status = 400};
  ProcessingHours hours_{.zone = TimeZone::Find("Asia/Kolkata").value()};
  const TimePoint started_at_ = At("2026-01-10 12:00 +0530");
  const TimePoint now_ = started_at_ + 2s;
  AttemptFacts facts_{.operation = Operation::kErasure,
                      .span = {.lo = 10, .hi = 109},
                      .attempt_count = 1,
                      .call_count = 1,
                      .started_at = started_at_};
};

TEST_F(Decisions, AnAcceptedBatchWaitsForItsWindow) {
  for (Operation operation : kAll<Operation>) {
    facts_.operation = operation;
    const Plan expected{.transitions = {{.span = facts_.span,
                                         .to = kAccepted,
                                         .accepted_at = now_,
                                         .window_end = WindowEnd(operation, now_, hours_)}},
                        .taken = true,
                        .account = AccountVerdict::kHealthy};
    EXPECT_EQ(After({.outcome = OutcomeClass::kAccepted, .http_status = 200}), expected);
  }
}

TEST_F(Decisions, AcceptanceSettlesAnEarlierUnknownEffect) {
  facts_.unknown_since = started_at_ - 10h;
  const Transition transition = OnlyTransition({.outcome = OutcomeClass::kAccepted});
  EXPECT_EQ(transition.to, kAccepted);
  EXPECT_FALSE(transition.unknown_since);
}

TEST_F(Decisions, ABatchThatIsRefusedTogetherIsHalvedAndSentAgainAtOnce) {
  const auto half = [this](Span span) {
    return Transition{.span = span,
                      .to = kReady,
                      .reason = "refused_together",
                      .not_before = now_,
                      .refused_since = now_};
  };
  EXPECT_EQ(After(kRefusal),
            (Plan{.transitions = {half({10, 59}), half({60, 109})}, .taken = false}));

  facts_.span = {.lo = 10, .hi = 12};
  EXPECT_EQ(After(kRefusal),
            (Plan{.transitions = {half({10, 11}), half({12, 12})}, .taken = false}));
  facts_.span = {.lo = 10, .hi = 11};
  EXPECT_EQ(After(kRefusal),
            (Plan{.transitions = {half({10, 10}), half({11, 11})}, .taken = false}));
}

TEST_F(Decisions, TheLatestRefusalIsTheOneAfterWhichOthersMustBeTaken) {
  facts_.refused_since = started_at_ - 5min;
  for (const Transition& transition : After(kRefusal).transitions) {
    EXPECT_EQ(transition.refused_since, now_);
  }
}

TEST_F(Decisions, TheHorizonOfAnUnknownEffectHoldsForPartsOfARefusedBatchAsWell) {
  facts_.operation = Operation::kDisassociation;
  facts_.unknown_since = now_ - 16min;
  for (const Transition& transition : After(kRefusal).transitions) {
    EXPECT_EQ(transition.to, kNeedsReview);
    EXPECT_EQ(transition.unknown_since, now_ - 16min);
  }
}

TEST_F(Decisions, AnIdentifierThatIsRefusedAloneIsHeld) {
  facts_.span = {.lo = 10, .hi = 10};
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kHeld,
                                       .reason = "refused_unconfirmed",
                                       .not_before = now_ + 1s,
                                       .refused_since = now_,
                                       .lone_refusals = 1}},
                      .taken = false};
  EXPECT_EQ(After(kRefusal), expected);
}

TEST_F(Decisions, ARefusalThatSeemsOlderThanItsCallIsAsOldAsTheCall) {
  const auto refused_since_if_answered_at = [this](TimePoint when) {
    return Decide(facts_, kRefusal, hours_, when, 0.0).transitions.at(0).refused_since;
  };
  for (const Span span : {Span{10, 109}, Span{10, 10}}) {
    facts_.span = span;
    EXPECT_EQ(refused_since_if_answered_at(started_at_ + 1us), started_at_ + 1us);
    EXPECT_EQ(refused_since_if_answered_at(started_at_ - 1s), started_at_)
        << "what was accepted before the call is no evidence";
  }
}

TEST_F(Decisions, WhatOthersWereAcceptedForLongAgoConfirmsNoRefusal) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = kConfirmingRefusal - 1;
  facts_.vouched_refusals = kConfirmingRefusal - 2;
  facts_.refused_since = now_ - 1h;
  const auto held_if_others_accepted_at = [this](TimePoint when) {
    facts_.health.accepted_at = when;
    return OnlyTransition(kRefusal);
  };
  EXPECT_EQ(held_if_others_accepted_at(now_ - 29s).reason, "refused_confirmed");
  EXPECT_EQ(held_if_others_accepted_at(now_ - 29s).refused_since, now_ - 1h);
  EXPECT_EQ(held_if_others_accepted_at(now_ - 30s).reason, "refused_unconfirmed");
  EXPECT_EQ(held_if_others_accepted_at(now_ - 30s).refused_since, now_)
      << "others must be accepted anew";
}

TEST_F(Decisions, ARefusalAloneIsNotConfirmedByOneInCompany) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.refused_since = started_at_ - 10s;
  facts_.health.accepted_at = started_at_ - 1s;
  const Transition held = OnlyTransition(kRefusal);
  EXPECT_EQ(held.reason, "refused_unconfirmed");
  EXPECT_EQ(held.refused_since, now_) << "others must be accepted after it was refused alone";
  EXPECT_EQ(held.lone_refusals, 1);
}

TEST_F(Decisions, AFewRefusalsMayBeChance) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = kConfirmingRefusal - 2;
  facts_.vouched_refusals = kConfirmingRefusal - 3;
  facts_.refused_since = started_at_ - 10s;
  facts_.health.accepted_at = started_at_ - 9s;
  const Transition held = OnlyTransition(kRefusal);
  EXPECT_EQ(held.reason, "refused_unconfirmed");
  EXPECT_EQ(held.not_before, now_ + LoneRetryDelay(kConfirmingRefusal - 1));
}

TEST_F(Decisions, AnOperatorDecidesAboutWhatWasRefusedAloneADozenTimes) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = kMostLoneRefusals - 2;
  facts_.vouched_refusals = kMostLoneRefusals - 3;
  EXPECT_EQ(OnlyTransition(kRefusal).to, kHeld);
  facts_.lone_refusals = kMostLoneRefusals - 1;
  EXPECT_EQ(OnlyTransition(kRefusal),
            (Transition{.span = {10, 10}, .to = kNeedsReview, .reason = "refused_alone"}));
  facts_.unknown_since = now_ - 1min;
  EXPECT_EQ(OnlyTransition(kRefusal).reason, "refused_effect_unknown");
}

TEST_F(Decisions, TheLastTriesBeforeARejectionComeLongAfterTheOthers) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = kConfirmingRefusal - 3;
  facts_.vouched_refusals = kConfirmingRefusal - 4;
  facts_.refused_since = started_at_ - 10s;
  EXPECT_EQ(OnlyTransition(kRefusal).not_before, now_ + 20s)
      << "nothing was taken since the one before, so it counts for nothing";
  facts_.health.accepted_at = started_at_ - 9s;
  EXPECT_EQ(OnlyTransition(kRefusal).not_before, now_ + kBeforeLastTries);
  hours_.sandbox_window = 5s;
  EXPECT_EQ(OnlyTransition(kRefusal).not_before, now_ + 20s);
  hours_.sandbox_window = {};
  ++facts_.lone_refusals;
  EXPECT_EQ(OnlyTransition(kRefusal).not_before, now_ + kBeforeLastTries)
      << "likewise if an earlier one counted for nothing";
}

TEST_F(Decisions, AConfirmationLastsLongEnoughToBeJudged) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.refused_since = started_at_ - 10s;
  facts_.health.accepted_at = started_at_ - 9s;
  facts_.vouched_refusals = kConfirmingRefusal - 2;
  for (const int lone : {kConfirmingRefusal - 1, kConfirmingRefusal}) {
    facts_.lone_refusals = lone;  // the delay of every second one would be a second
    const Transition confirmed = OnlyTransition(kRefusal);
    EXPECT_EQ(confirmed.reason, "refused_confirmed");
    EXPECT_GE(confirmed.not_before, now_ + kVouchedFor);
  }
}

TEST_F(Decisions, RefusalsWhileNothingIsTakenConfirmNoOther) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = 7;
  facts_.refused_since = started_at_ - 10s;
  for (int vouched = 1; vouched < kConfirmingRefusal; ++vouched) {
    facts_.health.accepted_at = started_at_ - 11s;
    const Transition in_outage = OnlyTransition(kRefusal);
    EXPECT_EQ(in_outage.vouched_refusals, facts_.vouched_refusals);
    EXPECT_EQ(in_outage.reason, "refused_unconfirmed");
    facts_.health.accepted_at = started_at_ - 9s;
    const Transition held = OnlyTransition(kRefusal);
    EXPECT_EQ(held.vouched_refusals, vouched);
    EXPECT_EQ(held.reason,
              vouched == kConfirmingRefusal - 1 ? "refused_confirmed" : "refused_unconfirmed");
    facts_.vouched_refusals = held.vouched_refusals;
  }
}

TEST_F(Decisions, AnswersThatSayNothingOfTheIdentifierConfirmNoRefusal) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.refused_since = started_at_ - 10s;
  facts_.health.accepted_at = started_at_ - 1s;
  for (const auto& [outcome, status] :
       {std::pair{OutcomeClass::kMisconfigured, 403}, std::pair{OutcomeClass::kUnknown, 500}}) {
    facts_.lone_refusals = 0;
    for (int tries = 1; tries < kConfirmingRefusal; ++tries) {
      const Transition again = OnlyTransition({.outcome = outcome, .http_status = status});
      ASSERT_EQ(again.to, kReady);
      EXPECT_EQ(again.lone_refusals, tries);
      EXPECT_EQ(again.vouched_refusals, 0);
      facts_.lone_refusals = again.lone_refusals;
    }
    EXPECT_EQ(OnlyTransition(kRefusal).reason, "refused_unconfirmed") << status;
  }
}

TEST_F(Decisions, TheNextRefusalIsConfirmedIfOthersWereAcceptedSinceTheOneBefore) {
  facts_.span = {.lo = 10, .hi = 10};
  facts_.lone_refusals = kConfirmingRefusal - 1;
  facts_.vouched_refusals = kConfirmingRefusal - 2;
  facts_.refused_since = started_at_ - 10s;
  const auto reason_if_others_accepted_at = [this](std::optional<TimePoint> when) {
    facts_.health.accepted_at = when;
    return OnlyTransition(kRefusal).reason;
  };
  EXPECT_EQ(reason_if_others_accepted_at({}), "refused_unconfirmed");
  EXPECT_EQ(reason_if_others_accepted_at(started_at_ - 1h), "refused_unconfirmed");
  EXPECT_EQ(reason_if_others_accepted_at(started_at_ - 10s), "refused_unconfirmed");
  EXPECT_EQ(reason_if_others_accepted_at(started_at_ - 9s), "refused_confirmed");
}

TEST_F(Decisions, AnyOtherAnswerLeavesTheSearchForRefusedIdentifiersAsItWas) {
  facts_.refused_since = started_at_ - 1min;
  for (OutcomeClass outcome :
       {OutcomeClass::kThrottled, OutcomeClass::kAccountBlocked, OutcomeClass::kMisconfigured,
        OutcomeClass::kNotSent, OutcomeClass::kUnknown}) {
    EXPECT_EQ(OnlyTransition({.outcome = outcome}).refused_since, started_at_ - 1min);
  }
  EXPECT_EQ(OnlyTransition({.outcome = OutcomeClass::kAccepted}).refused_since, std::nullopt);
}

TEST_F(Decisions, AThrottledCallCostsTheSlotAndNotTheBatch) {
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kReady,
                                       .reason = "throttled",
                                       .not_before = now_ + 500ms + 500ms,
                                       .throttled_calls = 1}},
                      .spends_attempt = false,
                      .setback = true,
                      .slot_cool_down = 500ms};
  EXPECT_EQ(After({.outcome = OutcomeClass::kThrottled, .http_status = 429}), expected);
}

TEST_F(Decisions, TheCoolDownGrowsWithTheSlotsSetbacksUpToTenMinutes) {
  const VendorReply throttled{.outcome = OutcomeClass::kThrottled, .http_status = 429};
  for (const auto& [setbacks, cool_down] : std::vector<std::pair<int, milliseconds>>{
           {0, 500ms}, {1, 1s}, {2, 2s}, {9, 256s}, {10, 300s}, {100'000, 300s}}) {
    facts_.slot_setbacks = setbacks;
    EXPECT_EQ(After(throttled).slot_cool_down, cool_down) << setbacks;
  }
}

TEST_F(Decisions, InAnOutageTheSlotRestsLongerAndLongerButNotForLong) {
  for (OutcomeClass outcome : {OutcomeClass::kUnknown, OutcomeClass::kNotSent}) {
    for (const auto& [setbacks, rest] : std::vector<std::pair<int, milliseconds>>{
             {0, 500ms}, {3, 4s}, {6, 32s}, {7, kLongestOutageRest}, {100'000, 60s}}) {
      facts_.slot_setbacks = setbacks;
      const Plan plan = After({.outcome = outcome});
      EXPECT_TRUE(plan.setback);
      EXPECT_EQ(plan.slot_cool_down, rest) << setbacks;
      EXPECT_EQ(plan.transitions.at(0).not_before, now_ + 2 * rest)
          << "the slot must get to try another batch before this one";
    }
  }
}

TEST_F(Decisions, OnlyCallsWithoutAnAnswerToGoByAreSetbacks) {
  for (OutcomeClass outcome : kAll<OutcomeClass>) {
    const bool setback = outcome == OutcomeClass::kThrottled || outcome == OutcomeClass::kNotSent ||
                         outcome == OutcomeClass::kUnknown;
    EXPECT_EQ(After({.outcome = outcome}).setback, setback) << Name(outcome);
  }
}

TEST_F(Decisions, TheCoolDownHonoursRetryAfterWithinReason) {
  for (const auto& [asked, cool_down] : std::vector<std::pair<milliseconds, milliseconds>>{
           {-5s, 500ms}, {0ms, 500ms}, {499ms, 500ms}, {30s, 30s}, {1h, 1h}, {1000h, 1h}}) {
    const Plan plan = After({.outcome = OutcomeClass::kThrottled, .retry_after = asked});
    EXPECT_EQ(plan.slot_cool_down, cool_down);
    EXPECT_EQ(plan.transitions.at(0).not_before, now_ + cool_down + 500ms);
  }
}

TEST_F(Decisions, WrongCredentialsBlockTheAccountAndAWrongPathItsRouteAndCostTheBatchNothing) {
  using enum BlockScope;
  struct Case {
    OutcomeClass outcome;
    int http_status;
    BlockScope scope;
    std::string account_reason;
    Resume resume;
  };
  for (const Case& tested :
       {Case{OutcomeClass::kAccountBlocked, 401, kAccount, "credentials_or_region_401",
             Resume::kConnect},
        Case{OutcomeClass::kAccountBlocked, 0, kAccount, "credentials_or_region", Resume::kConnect},
        Case{OutcomeClass::kMisconfigured, 403, kRoute, "endpoint_403", Resume::kBatch},
        Case{OutcomeClass::kMisconfigured, 404, kRoute, "endpoint_404", Resume::kBatch},
        Case{OutcomeClass::kMisconfigured, 0, kRoute, "endpoint", Resume::kBatch},
        Case{OutcomeClass::kMisconfigured, 302, kRoute, "endpoint_302", Resume::kBatch}}) {
    const bool answered = tested.http_status != 0;
    const Plan expected{
        .transitions = {{.span = facts_.span,
                         .to = kReady,
                         .reason = std::string(Name(tested.outcome)),
                         .not_before = now_,
                         .refused_since = answered ? std::optional(now_) : std::nullopt}},
        .spends_attempt = false,
        .taken = answered ? std::optional(false) : std::nullopt,
        .account = AccountVerdict::kBlocked,
        .block_scope = tested.scope,
        .account_reason = tested.account_reason,
        .resume = tested.resume};
    EXPECT_EQ(After({.outcome = tested.outcome, .http_status = tested.http_status}), expected);
  }
}

TEST_F(Decisions, ACallThatNeverLeftIsRepeatedWithoutEnd) {
  facts_.attempt_count = 1'000'000;
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kReady,
                                       .reason = "not_sent",
                                       .not_before = now_ + 5min}},
                      .setback = true,
                      .slot_cool_down = 500ms};
  EXPECT_EQ(After({.outcome = OutcomeClass::kNotSent, .code = "connect"}), expected);
}

TEST_F(Decisions, AnUnknownOutcomeIsRepeatedAndRememberedFromTheStartOfTheAttempt) {
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kReady,
                                       .reason = "unknown_outcome",
                                       .not_before = now_ + 1s,
                                       .unknown_since = started_at_}},
                      .setback = true,
                      .taken = false,
                      .slot_cool_down = 500ms};
  EXPECT_EQ(After({.outcome = OutcomeClass::kUnknown, .code = "timeout"}), expected);
}

TEST_F(Decisions, AnUnknownOutcomeWaitsAsLongAsTheVendorAsks) {
  const Plan plan =
      After({.outcome = OutcomeClass::kUnknown, .http_status = 503, .retry_after = 30s});
  EXPECT_EQ(plan.transitions.at(0).not_before, now_ + 30s);
  EXPECT_EQ(plan.slot_cool_down, 30s);
}

TEST_F(Decisions, TheEarliestUnknownEffectIsTheOneThatCounts) {
  facts_.unknown_since = started_at_ - 5min;
  const Transition transition = OnlyTransition({.outcome = OutcomeClass::kUnknown});
  EXPECT_EQ(transition.to, kReady);
  EXPECT_EQ(transition.unknown_since, started_at_ - 5min);
}

TEST_F(Decisions, TheHorizonIsJudgedForWhenTheRepeatWouldHappen) {
  for (Operation operation : kAll<Operation>) {
    facts_.operation = operation;
    const milliseconds horizon = 10min;
    hours_.resend[operation] = horizon;
    const TimePoint repeat_at = now_ + 1s;

    facts_.unknown_since = repeat_at - horizon;
    EXPECT_EQ(OnlyTransition({.outcome = OutcomeClass::kUnknown}).to, kReady);

    facts_.unknown_since = *facts_.unknown_since - 1us;
    const Transition late{.span = facts_.span,
                          .to = kNeedsReview,
                          .reason = "unknown_outcome",
                          .unknown_since = facts_.unknown_since};
    EXPECT_EQ(OnlyTransition({.outcome = OutcomeClass::kUnknown}), late);
  }
}

TEST_F(Decisions, AnAnswerThatNothingHappenedDoesNotSettleAnEarlierUnknownEffect) {
  for (OutcomeClass outcome : {OutcomeClass::kThrottled, OutcomeClass::kAccountBlocked,
                               OutcomeClass::kMisconfigured, OutcomeClass::kNotSent}) {
    facts_.unknown_since = started_at_ - 10min;
    EXPECT_EQ(OnlyTransition({.outcome = outcome}).to, kReady) << Name(outcome);
    EXPECT_EQ(OnlyTransition({.outcome = outcome}).unknown_since, started_at_ - 10min);

    facts_.unknown_since = started_at_ - 49h;
    const Transition late = OnlyTransition({.outcome = outcome});
    EXPECT_EQ(late.to, kNeedsReview) << Name(outcome);
    EXPECT_EQ(late.reason, "unknown_outcome");
    EXPECT_EQ(late.unknown_since, started_at_ - 49h);
  }
}

TEST_F(Decisions, AnAbandonedBatchHasAnUnknownOutcome) {
  const Plan soon{.transitions = {{.span = facts_.span,
                                   .to = kReady,
                                   .reason = "unknown_outcome",
                                   .not_before = now_ + 500ms,
                                   .unknown_since = started_at_}}};
  EXPECT_EQ(DecideAbandoned(facts_, hours_, now_, 0.0), soon);

  const Plan late{.transitions = {{.span = facts_.span,
                                   .to = kNeedsReview,
                                   .reason = "unknown_outcome",
                                   .unknown_since = started_at_}}};
  EXPECT_EQ(DecideAbandoned(facts_, hours_, started_at_ + 49h, 0.0), late);
}

TEST_F(Decisions, ACallThatTwoSendersWereLostWithIsNotMadeAThirdTime) {
  facts_.senders_lost = 1;
  EXPECT_EQ(DecideAbandoned(facts_, hours_, now_, 0.0).transitions.at(0).to, kReady);
  facts_.senders_lost = 2;
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kNeedsReview,
                                       .reason = "senders_lost",
                                       .unknown_since = started_at_}}};
  EXPECT_EQ(DecideAbandoned(facts_, hours_, now_, 0.0), expected);
}

TEST_F(Decisions, ABatchIsNotSentOnceItsHorizonHasPassed) {
  EXPECT_TRUE(MayResend(facts_, hours_, started_at_ + 1000h));

  for (Operation operation : kAll<Operation>) {
    facts_.operation = operation;
    facts_.unknown_since = started_at_;
    const TimePoint until = ResendUntil(operation, started_at_, hours_);
    EXPECT_TRUE(MayResend(facts_, hours_, started_at_ - 1min)) << "a clock that was corrected";
    EXPECT_FALSE(MayResend(facts_, hours_, started_at_ - 1min - 1us)) << "a clock that went back";
    EXPECT_TRUE(MayResend(facts_, hours_, until));
    EXPECT_FALSE(MayResend(facts_, hours_, until + 1us));
  }
}

TEST_F(Decisions, ABatchThatComesTooLateWaitsForAnOperator) {
  facts_.unknown_since = started_at_ - 24h;
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kNeedsReview,
                                       .reason = "unknown_outcome",
                                       .unknown_since = started_at_ - 24h}},
                      .spends_attempt = false};
  EXPECT_EQ(DecideTooLate(facts_), expected);
}

TEST_F(Decisions, WhatMustNotBeRepeatedBlindlyWaitsForALookWhereOneCanTell) {
  facts_.unknown_since = started_at_ - 24h;
  facts_.can_be_looked_up = true;
  const Transition held{.span = facts_.span,
                        .to = kHeld,
                        .reason = "look_before_repeat",
                        .unknown_since = facts_.unknown_since};
  EXPECT_EQ(OnlyTransition({.outcome = OutcomeClass::kUnknown}), held);
  EXPECT_EQ(OnlyTransition(kRefusal), held);
  EXPECT_EQ(DecideTooLate(facts_).transitions.at(0), held);
  EXPECT_EQ(DecideAbandoned(facts_, hours_, now_, 0).transitions.at(0), held);
  EXPECT_EQ(DecideWithheld(facts_, hours_, now_)->transitions.at(0), held);
}

TEST_F(Decisions, AfterALookUpOnlyTheNightEndsTheHorizon) {
  hours_.resend[Operation::kErasure] = 0ms;
  facts_.unknown_since = now_ - 1h;
  EXPECT_FALSE(MayResend(facts_, hours_, now_));
  facts_.unchanged = true;
  EXPECT_TRUE(MayResend(facts_, hours_, now_));
  EXPECT_FALSE(MayResend(facts_, hours_, At("2026-01-11 01:51 +0530")));
}

TEST_F(Decisions, ABatchMayBeSentWhileNeitherItsHorizonNorItsAgeForbidsIt) {
  for (const Operation operation : kAll<Operation>) {
    facts_.operation = operation;
    facts_.waiting_since =
        now_ - SendUntil(operation, now_, hours_).time_since_epoch() + now_.time_since_epoch();
    EXPECT_EQ(DecideWithheld(facts_, hours_, now_), std::nullopt);
  }
}

TEST_F(Decisions, WhatHasWaitedTooLongForItsFirstCallWaitsForAnOperator) {
  const Plan expected{
      .transitions = {{.span = facts_.span, .to = kNeedsReview, .reason = "waited_too_long"}},
      .spends_attempt = false};
  for (const auto& [operation, limit] :
       {std::pair<Operation, milliseconds>{Operation::kErasure, 14 * 24h},
        {Operation::kDemerge, 14 * 24h},
        {Operation::kDisassociation, 72h}}) {
    facts_.operation = operation;
    facts_.waiting_since = now_ - limit;
    EXPECT_EQ(DecideWithheld(facts_, hours_, now_), std::nullopt);
    facts_.waiting_since -= 1us;
    EXPECT_EQ(DecideWithheld(facts_, hours_, now_), expected);
  }
}

TEST_F(Decisions, WhatAnOperatorAllowedToBeSentAgainIsLookedAtOnceTheNightHasPassed) {
  facts_.may_have_effect = true;
  facts_.can_be_looked_up = true;
  facts_.waiting_since = At("2026-01-10 12:00 +0530");
  EXPECT_EQ(DecideWithheld(facts_, hours_, At("2026-01-11 01:50 +0530")), std::nullopt);
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kHeld,
                                       .reason = "look_before_repeat",
                                       .unknown_since = facts_.waiting_since}},
                      .spends_attempt = false};
  EXPECT_EQ(DecideWithheld(facts_, hours_, At("2026-01-11 01:51 +0530")), expected);
  facts_.may_have_effect = false;
  EXPECT_EQ(DecideWithheld(facts_, hours_, At("2026-01-11 01:51 +0530")), std::nullopt);
}

TEST_F(Decisions, AnUnknownEffectGoesBeforeTheAge) {
  facts_.waiting_since = now_ - 100 * 24h;
  facts_.unknown_since = started_at_ - 24h;
  EXPECT_EQ(DecideWithheld(facts_, hours_, now_), DecideTooLate(facts_));
}

TEST(RetryDelay, DoublesFromOneSecondToTenMinutes) {
  for (const auto& [attempts, longest] :
       std::vector<std::pair<int, milliseconds>>{{-5, 1s},
                                                 {0, 1s},
                                                 {1, 1s},
                                                 {2, 2s},
                                                 {3, 4s},
                                                 {10, 512s},
                                                 {11, 600s},
                                                 {12, 600s},
                                                 {2'000'000'000, 600s}}) {
    EXPECT_EQ(RetryDelay(attempts, 0.0), longest / 2) << attempts;
    EXPECT_EQ(RetryDelay(attempts, 0.5), longest * 3 / 4) << attempts;
    EXPECT_LT(RetryDelay(attempts, 0.999999), longest) << attempts;
  }
}

TEST(Covers, MeansEveryPositionOnceAndInOrder) {
  const auto covers = [](const std::vector<Span>& runs) {
    Plan plan;
    for (Span run : runs) plan.transitions.push_back({.span = run, .to = kReady});
    return Covers(plan, {.lo = 3, .hi = 7});
  };
  EXPECT_TRUE(covers({{3, 7}}));
  EXPECT_TRUE(covers({{3, 3}, {4, 6}, {7, 7}}));

  EXPECT_FALSE(covers({}));
  EXPECT_FALSE(covers({{3, 6}}));
  EXPECT_FALSE(covers({{4, 7}}));
  EXPECT_FALSE(covers({{3, 8}}));
  EXPECT_FALSE(covers({{2, 7}}));
  EXPECT_FALSE(covers({{3, 4}, {6, 7}}));
  EXPECT_FALSE(covers({{3, 5}, {5, 7}}));
  EXPECT_FALSE(covers({{5, 7}, {3, 4}}));
  EXPECT_FALSE(covers({{3, 2}, {3, 7}}));
  EXPECT_FALSE(covers({{3, 7}, {8, 7}}));
}

}  // namespace
}  // namespace lethe
