#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "lethe/decision.h"
#include "lethe/operation_traits.h"
#include "lethe/refusal.h"
#include "unit/core/instants.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using enum BatchState;
using enum FaultKind;

class PartialAnswer : public testing::Test {
 protected:
  Plan After(std::vector<Fault> faults) const {
    return Decide(
        facts_,
        {.outcome = OutcomeClass::kPartial, .http_status = 200, .faults = std::move(faults)},
        hours_, now_, 0.0);
  }

  Transition Accepted(Span span) const {
    return {.span = span, .to = kAccepted, .accepted_at = now_, .window_end = now_};
  }
  static Transition Rejected(Span span, std::string reason) {
    return {.span = span, .to = kRejected, .reason = std::move(reason)};
  }
  Transition Retried(Span span) const {
    return {.span = span,
            .to = kReady,
            .reason = "vendor_retry",
            .not_before = now_ + 500ms,
            .unknown_since = facts_.started_at};
  }
  /// For the first time, among others that were taken.
  Transition Named(int pos) const {
    return {.span = {pos, pos},
            .to = kReady,
            .reason = "refused_together",
            .not_before = now_ + LoneRetryDelay(1),
            .refused_since = now_,
            .lone_refusals = 1,
            .vouched_refusals = 1};
  }
  Transition Unaccountable(Span span) const {
    return {.span = span,
            .to = kNeedsReview,
            .reason = "unaccountable",
            .unknown_since = facts_.started_at};
  }
  /// Of a call of several: sent again.
  Transition Unclear(Span span) const {
    return {.span = span,
            .to = kReady,
            .reason = "unknown_outcome",
            .not_before = now_ + 500ms,
            .unknown_since = facts_.started_at};
  }

  void Size(int size) { facts_.span.hi = facts_.span.lo + size - 1; }

  const ProcessingHours hours_{.zone = TimeZone::Find("UTC").value()};
  const TimePoint now_ = At("2026-01-10 12:00 +0000");
  AttemptFacts facts_{.operation = Operation::kDisassociation,
                      .span = {.lo = 100, .hi = 107},
                      .attempt_count = 1,
                      .call_count = 1,
                      .started_at = now_ - 2s};
};

using Transitions = std::vector<Transition>;

TEST_F(PartialAnswer, SplitsTheBatchIntoRunsOfOneStateAndReason) {
  const Plan plan = After({{1, kPermanent, "516"},
                           {2, kPermanent, "516"},
                           {3, kPermanent, "523"},
                           {5, kTransient, "555"},
                           {6, kUnaccountable, ""},
                           {7, kPermanent, ""}});
  EXPECT_EQ(plan.transitions, (Transitions{Accepted({100, 100}), Named(101), Named(102), Named(103),
                                           Accepted({104, 104}), Retried({105, 105}),
                                           Unclear({106, 106}), Named(107)}))
      << "each of the named goes on alone";
  EXPECT_TRUE(plan.spends_attempt);
  EXPECT_EQ(plan.account, AccountVerdict::kHealthy);
}

TEST_F(PartialAnswer, ARecordThatIsNamedAgainWhileAloneIsRejectedAnHourLater) {
  Size(1);
  facts_.lone_refusals = facts_.vouched_refusals = 1;
  facts_.refused_since = now_ - 1s;
  const Transition again = After({{0, kPermanent, "516"}}).transitions.at(0);
  EXPECT_EQ(again.to, kReady);
  EXPECT_EQ(again.not_before, now_ + kBeforeLastTries) << "a server may be wrong for minutes";
  facts_.lone_refusals = facts_.vouched_refusals = again.lone_refusals;
  EXPECT_EQ(After({{0, kPermanent, "516"}}).transitions,
            (Transitions{Rejected({100, 100}, "vendor_code_516")}));
}

TEST_F(PartialAnswer, WhileCleverTapTakesOthersThatItHadNamedARecordIsNamedToTheEnd) {
  Size(1);
  facts_.health.hiccup_at = now_ - kHiccupMemory + 1s;
  for (int named = kNamings - 1; named < kMostLoneRefusals - 1; ++named) {
    facts_.lone_refusals = facts_.vouched_refusals = named;
    const Transition again = After({{0, kPermanent, "516"}}).transitions.at(0);
    EXPECT_EQ(again.to, kReady) << named;
    EXPECT_EQ(again.not_before, now_ + kBeforeLastTries);
  }
  facts_.lone_refusals = facts_.vouched_refusals = kMostLoneRefusals - 1;
  const Transition last = After({{0, kPermanent, "516"}}).transitions.at(0);
  EXPECT_EQ(last.to, kNeedsReview);
  EXPECT_EQ(last.reason, "refused_alone");
}

TEST_F(PartialAnswer, ARecordThatWasRefusedOtherwiseBetweenIsJudgedAsARefusalAlone) {
  Size(1);
  facts_.lone_refusals = 2;
  facts_.vouched_refusals = 1;
  facts_.refused_since = now_ - 1s;
  EXPECT_EQ(After({{0, kPermanent, "516"}}).transitions.at(0).to, kHeld);
}

TEST_F(PartialAnswer, IsACallThatTheRouteTook) {
  EXPECT_EQ(After({{0, kPermanent, "516"}}).taken, true);
  EXPECT_EQ(After({{0, kTransient, "555"}, {1, kUnaccountable, ""}}).taken, true);
}

TEST_F(PartialAnswer, ThatRejectsAllIsARefusalOfTheCallAndNotOfEach) {
  Size(3);
  const Plan plan = After({{0, kPermanent, "516"}, {1, kPermanent, "523"}, {2, kPermanent, "516"}});
  const auto half = [&](Span span) {
    return Transition{.span = span,
                      .to = kReady,
                      .reason = "refused_together",
                      .not_before = now_,
                      .refused_since = now_};
  };
  EXPECT_EQ(plan.transitions, (Transitions{half({100, 101}), half({102, 102})}));
  EXPECT_EQ(plan.taken, false);
}

TEST_F(PartialAnswer, OfWhichNothingWasTakenHoldsNone) {
  Size(3);
  const Plan plan = After({{0, kPermanent, "516"}, {1, kTransient, "555"}, {2, kPermanent, "516"}});
  EXPECT_THAT(plan.transitions, testing::Each(testing::Field(&Transition::to, kReady)));
  EXPECT_EQ(plan.transitions.at(1), Retried({101, 101})) << "CleverTap may have acted on this one";
  EXPECT_EQ(plan.transitions.at(0).unknown_since, std::nullopt);
}

TEST_F(PartialAnswer, ThatRejectsMoreThanAFewFinalisesNoneOfThem) {
  const auto states = [this](int size, int rejected) {
    Size(size);
    std::vector<Fault> faults;
    for (int i = 0; i < rejected; ++i) faults.push_back({i, kPermanent, "516"});
    return After(std::move(faults)).transitions;
  };
  EXPECT_EQ(states(8, 5).at(0), Named(100));
  EXPECT_EQ(states(1000, 100).at(0), Named(100));
  for (const auto& [size, rejected] : {std::pair{8, 6}, std::pair{1000, 101}}) {
    const Transitions transitions = states(size, rejected);
    EXPECT_EQ(transitions.at(0).to, kHeld);
    EXPECT_EQ(transitions.at(0).reason, "refused_confirmed") << "others were taken";
    EXPECT_EQ(transitions.at(1).to, kAccepted);
  }
}

TEST_F(PartialAnswer, RejectsNoIdentifierThatAnEarlierCallMayHaveReached) {
  facts_.unknown_since = now_ - 1min;
  const Plan plan = After({{0, kPermanent, "516"}});
  EXPECT_EQ(plan.transitions, (Transitions{{.span = {100, 100},
                                            .to = kNeedsReview,
                                            .reason = "refused_effect_unknown",
                                            .unknown_since = now_ - 1min},
                                           Accepted({101, 107})}));
}

TEST_F(PartialAnswer, RejectsNoIdentifierThatWasAcceptedBeforeOrSentAgainByAnOperator) {
  facts_.may_have_effect = true;
  EXPECT_EQ(
      After({{0, kPermanent, "516"}}).transitions,
      (Transitions{{.span = {100, 100}, .to = kNeedsReview, .reason = "refused_effect_unknown"},
                   Accepted({101, 107})}));
}

TEST_F(PartialAnswer, OfALoneIdentifierIsARefusalAlone) {
  Size(1);
  const Plan plan = After({{0, kPermanent, "516"}});
  EXPECT_EQ(plan.transitions.at(0).to, kHeld) << "CleverTap may refuse everything today";
  EXPECT_EQ(plan.transitions.at(0).reason, "refused_unconfirmed");
  facts_.lone_refusals = kConfirmingRefusal - 1;
  facts_.vouched_refusals = kConfirmingRefusal - 2;
  facts_.refused_since = now_ - 2s;
  facts_.health.accepted_at = now_ - 1s;
  EXPECT_EQ(After({{0, kPermanent, "516"}}).transitions.at(0).reason, "refused_confirmed");
}

TEST_F(PartialAnswer, ThatTakesNothingIsNoSignOfHealth) {
  Size(2);
  const Plan none = After({{0, kPermanent, "516"}, {1, kPermanent, "516"}});
  EXPECT_EQ(none.taken, false);
  EXPECT_EQ(none.account, AccountVerdict::kUntouched);
  const Plan later = After({{0, kPermanent, "516"}, {1, kTransient, "555"}});
  EXPECT_EQ(later.taken, std::nullopt) << "it shows neither";
  EXPECT_EQ(later.account, AccountVerdict::kUntouched);
  const Plan one = After({{0, kPermanent, "516"}});
  EXPECT_EQ(one.taken, true);
  EXPECT_EQ(one.account, AccountVerdict::kHealthy);
}

TEST_F(PartialAnswer, MayAskToRetryAll) {
  Size(2);
  EXPECT_EQ(After({{0, kTransient, "555"}, {1, kTransient, "555"}}).transitions,
            (Transitions{Retried({100, 101})}));
}

TEST_F(PartialAnswer, TakesOnlyShortCodesOfDigitsIntoTheReason) {
  Size(1);
  facts_.lone_refusals = facts_.vouched_refusals = kNamings - 1;
  const auto reason = [&](std::string code) {
    return After({{0, kPermanent, std::move(code)}}).transitions.at(0).reason;
  };
  EXPECT_EQ(reason("5"), "vendor_code_5");
  EXPECT_EQ(reason("516"), "vendor_code_516");
  EXPECT_EQ(reason("4711"), "refused_by_vendor") << "it may be somebody's number";
  EXPECT_EQ(reason("919876543210"), "refused_by_vendor");
  EXPECT_EQ(reason("-516"), "refused_by_vendor");
  EXPECT_EQ(reason("51 6"), "refused_by_vendor");
  EXPECT_EQ(reason("\xff\xfe"), "refused_by_vendor");
  EXPECT_EQ(reason(std::string("51\0", 3)), "refused_by_vendor");
}

TEST_F(PartialAnswer, ThatTellsOfNoneIsSearchedByHalves) {
  const auto half = [&](Span span) {
    return Transition{.span = span,
                      .to = kReady,
                      .reason = "refused_together",
                      .not_before = now_,
                      .unknown_since = facts_.started_at,
                      .refused_since = now_};
  };
  const Plan plan = After({});
  EXPECT_EQ(plan.transitions, (Transitions{half({100, 103}), half({104, 107})}));
  EXPECT_EQ(plan.taken, false);
  Size(1);
  EXPECT_EQ(After({}).transitions, (Transitions{Unaccountable({100, 100})}));
  EXPECT_EQ(After({{0, kUnaccountable, "599"}}).transitions,
            (Transitions{Unaccountable({100, 100})}));
}

TEST_F(PartialAnswer, ThatTellsOfNoneIsNotRepeatedPastTheHorizon) {
  facts_.unknown_since = now_ - 16min;
  EXPECT_EQ(After({}).transitions, (Transitions{{.span = {100, 107},
                                                 .to = kNeedsReview,
                                                 .reason = "unknown_outcome",
                                                 .unknown_since = now_ - 16min}}));
}

TEST_F(PartialAnswer, ThatFaultsAnUnknownPositionDecidesNothing) {
  Size(3);
  Transitions expected{Retried({100, 100}), Unclear({101, 102})};
  expected.front().unknown_since.reset();
  for (int nowhere : {-1, 3, 2'000'000'000, -2'000'000'000}) {
    EXPECT_EQ(After({{0, kPermanent, "516"}, {nowhere, kPermanent, "516"}}).transitions, expected)
        << nowhere;
  }
}

TEST_F(PartialAnswer, ThatFaultsAPositionTwiceLeavesItUnaccountable) {
  Size(2);
  EXPECT_EQ(After({{1, kPermanent, "516"}, {1, kTransient, "555"}}).transitions,
            (Transitions{Accepted({100, 100}), Unclear({101, 101})}));
}

TEST_F(PartialAnswer, MayListItsFaultsInAnyOrder) {
  EXPECT_EQ(After({{5, kTransient, "555"}, {0, kPermanent, "516"}}),
            After({{0, kPermanent, "516"}, {5, kTransient, "555"}}));
}

TEST_F(PartialAnswer, RetriesNothingPastTheHorizonOfAnEarlierUnknownEffect) {
  Size(2);
  facts_.unknown_since = now_ - 10min;
  EXPECT_EQ(After({{1, kTransient, "555"}}).transitions.at(1).unknown_since, now_ - 10min);

  facts_.unknown_since = now_ - 16min;
  EXPECT_EQ(After({{1, kTransient, "555"}}).transitions,
            (Transitions{Accepted({100, 100}),
                         {.span = {101, 101},
                          .to = kNeedsReview,
                          .reason = "unknown_outcome",
                          .unknown_since = now_ - 16min}}));
}

TEST_F(PartialAnswer, OfAFullCallSplitsAtEveryOtherIdentifier) {
  Size(EnvelopeCapacity(Operation::kDisassociation));
  std::vector<Fault> faults;
  for (int i = 0; i < facts_.span.size(); i += 2) faults.push_back({i, kTransient, "555"});
  const Plan plan = After(faults);
  EXPECT_EQ(plan.transitions.size(), 1000u);
  EXPECT_TRUE(Covers(plan, facts_.span));
}

}  // namespace
}  // namespace lethe
