#include "lethe/decision.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

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

  const ProcessingHours hours_{.zone = TimeZone::Find("Asia/Kolkata").value()};
  const TimePoint started_at_ = At("2026-01-10 12:00 +0530");
  const TimePoint now_ = started_at_ + 2s;
  AttemptFacts facts_{.operation = Operation::kErasure,
                      .span = {.lo = 10, .hi = 109},
                      .attempt_count = 1,
                      .call_count = 1,
                      .started_at = started_at_};
};

TEST_F(Decisions, AnAcceptedBatchWaitsForItsWindow) {
  for (Operation operation : kOperations) {
    facts_.operation = operation;
    const Plan expected{.transitions = {{.span = facts_.span,
                                         .to = kAccepted,
                                         .accepted_at = now_,
                                         .window_end = WindowEnd(operation, now_, hours_)}},
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

TEST_F(Decisions, ARefusedBatchWaitsForAPerson) {
  const Plan expected{
      .transitions = {{.span = facts_.span, .to = kNeedsReview, .reason = "refused"}}};
  EXPECT_EQ(After({.outcome = OutcomeClass::kRefused, .http_status = 400}), expected);
}

TEST_F(Decisions, AThrottledCallCostsTheSlotAndNotTheBatch) {
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kReady,
                                       .reason = "throttled",
                                       .not_before = now_}},
                      .spends_attempt = false,
                      .slot_cool_down = 500ms};
  EXPECT_EQ(After({.outcome = OutcomeClass::kThrottled, .http_status = 429}), expected);
}

TEST_F(Decisions, TheCoolDownGrowsWithTheCallsThatCostNothing) {
  const VendorReply throttled{.outcome = OutcomeClass::kThrottled, .http_status = 429};
  facts_.attempt_count = 4;
  for (const auto& [call_count, cool_down] : std::vector<std::pair<int, milliseconds>>{
           {4, 500ms}, {5, 1s}, {6, 2s}, {13, 256s}, {14, 300s}, {100'000, 300s}}) {
    facts_.call_count = call_count;
    EXPECT_EQ(After(throttled).slot_cool_down, cool_down) << call_count;
  }
}

TEST_F(Decisions, TheCoolDownHonoursRetryAfterWithinReason) {
  for (const auto& [asked, cool_down] : std::vector<std::pair<milliseconds, milliseconds>>{
           {-5s, 500ms}, {0ms, 500ms}, {499ms, 500ms}, {30s, 30s}, {1h, 1h}, {1000h, 1h}}) {
    const Plan plan = After({.outcome = OutcomeClass::kThrottled, .retry_after = asked});
    EXPECT_EQ(plan.slot_cool_down, cool_down);
    EXPECT_EQ(plan.transitions.at(0).not_before, now_);
  }
}

TEST_F(Decisions, AnAnswerAboutTheAccountBlocksItAndCostsTheBatchNothing) {
  struct Case {
    OutcomeClass outcome;
    int http_status;
    std::string account_reason;
  };
  for (const Case& tested : {Case{OutcomeClass::kAccountBlocked, 401, "credentials_or_region_401"},
                             Case{OutcomeClass::kAccountBlocked, 403, "credentials_or_region_403"},
                             Case{OutcomeClass::kMisconfigured, 302, "endpoint_302"},
                             Case{OutcomeClass::kMisconfigured, 0, "endpoint"}}) {
    const Plan expected{.transitions = {{.span = facts_.span,
                                         .to = kReady,
                                         .reason = std::string(Name(tested.outcome)),
                                         .not_before = now_}},
                        .spends_attempt = false,
                        .account = AccountVerdict::kBlocked,
                        .account_reason = tested.account_reason};
    EXPECT_EQ(After({.outcome = tested.outcome, .http_status = tested.http_status}), expected);
  }
}

TEST_F(Decisions, ACallThatNeverLeftIsRepeatedForEver) {
  facts_.attempt_count = 1'000'000;
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kReady,
                                       .reason = "not_sent",
                                       .not_before = now_ + 5min}},
                      .slot_cool_down = 500ms};
  EXPECT_EQ(After({.outcome = OutcomeClass::kNotSent, .code = "connect"}), expected);
}

TEST_F(Decisions, AnUnknownOutcomeIsRepeatedAndRememberedFromTheStartOfTheAttempt) {
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kReady,
                                       .reason = "unknown_outcome",
                                       .not_before = now_ + 500ms,
                                       .unknown_since = started_at_}},
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
  for (Operation operation : kOperations) {
    facts_.operation = operation;
    const TimePoint repeat_at = now_ + RetryDelay(facts_.attempt_count, 0.0);

    facts_.unknown_since = repeat_at - ResendHorizon(operation);
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

    facts_.unknown_since = started_at_ - 2h;
    const Transition late = OnlyTransition({.outcome = outcome});
    EXPECT_EQ(late.to, kNeedsReview) << Name(outcome);
    EXPECT_EQ(late.reason, "unknown_outcome");
    EXPECT_EQ(late.unknown_since, started_at_ - 2h);
  }
}

TEST_F(Decisions, AnAbandonedBatchHasAnUnknownOutcome) {
  const Plan soon{.transitions = {{.span = facts_.span,
                                   .to = kReady,
                                   .reason = "unknown_outcome",
                                   .not_before = now_ + 500ms,
                                   .unknown_since = started_at_}}};
  EXPECT_EQ(DecideAbandoned(facts_, now_, 0.0), soon);

  const Plan late{.transitions = {{.span = facts_.span,
                                   .to = kNeedsReview,
                                   .reason = "unknown_outcome",
                                   .unknown_since = started_at_}}};
  EXPECT_EQ(DecideAbandoned(facts_, started_at_ + 24h, 0.0), late);
}

TEST_F(Decisions, ABatchIsNotSentOnceItsHorizonHasPassed) {
  EXPECT_TRUE(MayResend(facts_, started_at_ + 1000h));

  for (Operation operation : kOperations) {
    facts_.operation = operation;
    facts_.unknown_since = started_at_;
    EXPECT_TRUE(MayResend(facts_, started_at_ - 1h));
    EXPECT_TRUE(MayResend(facts_, started_at_ + ResendHorizon(operation)));
    EXPECT_FALSE(MayResend(facts_, started_at_ + ResendHorizon(operation) + 1us));
  }
}

TEST_F(Decisions, ABatchThatComesTooLateWaitsForAPerson) {
  facts_.unknown_since = started_at_ - 24h;
  const Plan expected{.transitions = {{.span = facts_.span,
                                       .to = kNeedsReview,
                                       .reason = "unknown_outcome",
                                       .unknown_since = started_at_ - 24h}},
                      .spends_attempt = false};
  EXPECT_EQ(DecideTooLate(facts_), expected);
}

TEST(ResendHorizon, IsShorterWhereTheEffectIsImmediate) {
  EXPECT_EQ(ResendHorizon(Operation::kErasure), 1h);
  EXPECT_EQ(ResendHorizon(Operation::kDemerge), 1h);
  EXPECT_EQ(ResendHorizon(Operation::kDisassociation), 15min);
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
