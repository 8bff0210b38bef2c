#include "lethe/refusal.h"

#include <gtest/gtest.h>

namespace lethe {

namespace {

using enum RefusalVerdict;

RefusalVerdict Verdict(const RefusalEvidence& evidence) {
  return JudgeRefusals(Operation::kErasure, evidence).verdict;
}

TEST(JudgeRefusals, RejectsAFewOnceTheSearchIsOverAndTheyAreConfirmed) {
  EXPECT_EQ(Verdict({.confirmed = 1}), kReject);
  EXPECT_EQ(Verdict({.confirmed = kFewRefusals}), kReject);
  EXPECT_EQ(Verdict({.searching = 1, .confirmed = 1}), kWait);
  EXPECT_EQ(Verdict({.confirmed = 1, .unvouched = 1, .others_under_way = true}), kWait);
  EXPECT_EQ(Verdict({.confirmed = 1, .vouched = 1}), kSendAgain);
}

TEST(JudgeRefusals, SendsAgainWhatWasRefusedBeforeOthersWereAccepted) {
  EXPECT_EQ(Verdict({.vouched = 1}), kSendAgain);
  EXPECT_EQ(Verdict({.vouched = 1, .unvouched = 2}), kSendAgain);
  EXPECT_EQ(Verdict({.searching = 50, .vouched = 1}), kWait);
}

TEST(JudgeRefusals, BlocksTheAccountWhenMoreThanAFewAreRefused) {
  for (const RefusalEvidence& evidence :
       {RefusalEvidence{.confirmed = kFewRefusals + 1},
        RefusalEvidence{.confirmed = 3, .vouched = 3},
        RefusalEvidence{.unvouched = kFewRefusals + 1},
        RefusalEvidence{.searching = 90, .confirmed = kFewRefusals + 1},
        RefusalEvidence{.confirmed = 1, .rejected_lately = kFewRefusals}}) {
    EXPECT_EQ(Verdict(evidence), kBlock);
  }
}

TEST(JudgeRefusals, BlocksTheAccountWhenEverythingIsRefused) {
  EXPECT_EQ(Verdict({.unvouched = 1}), kBlock);
  EXPECT_EQ(Verdict({.unvouched = 1, .others_under_way = true}), kWait);
  EXPECT_EQ(Verdict({.searching = 1, .unvouched = 1}), kWait);
}

TEST(JudgeRefusals, RejectsNoIdentifierThatAnEarlierCallMayHaveReached) {
  EXPECT_EQ(Rejection("why", {}),
            (Transition{.span = {}, .to = BatchState::kRejected, .reason = "why"}));
  const TimePoint then{std::chrono::hours(1)};
  EXPECT_EQ(Rejection("why", then), (Transition{.span = {},
                                                .to = BatchState::kNeedsReview,
                                                .reason = "refused_effect_unknown",
                                                .unknown_since = then}));
}

TEST(JudgeRefusals, WaitsWhereNothingIsHeld) {
  EXPECT_EQ(Verdict({}), kWait);
  EXPECT_EQ(Verdict({.searching = 100, .rejected_lately = 100, .others_under_way = true}), kWait);
}

TEST(JudgeRefusals, LetsTheNextBatchProbeOnlyWhereNothingWasTaken) {
  EXPECT_EQ(JudgeRefusals(Operation::kErasure, {.unvouched = 6}).resume, Resume::kBatch);
  EXPECT_EQ(JudgeRefusals(Operation::kErasure, {.confirmed = 6}).resume, Resume::kOperator);
  EXPECT_EQ(JudgeRefusals(Operation::kErasure, {.vouched = 1, .unvouched = 5}).resume,
            Resume::kOperator);
}

TEST(JudgeRefusals, SaysWhatWasSeen) {
  EXPECT_EQ(JudgeRefusals(Operation::kErasure, {.unvouched = 6}).account_reason,
            "erasure refused for 6 identifiers sent alone, and none taken since");
  EXPECT_EQ(
      JudgeRefusals(Operation::kDemerge, {.confirmed = 2, .rejected_lately = 4}).account_reason,
      "demerge refused for 2 identifiers sent alone and 4 more in the last day, while others are "
      "taken");
  EXPECT_EQ(JudgeRefusals(Operation::kErasure, {.confirmed = 1}).account_reason, "");
}

}  // namespace
}  // namespace lethe
