#include "lethe/review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lethe {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const ProcessingHours kHours{.zone = TimeZone::Find("Asia/Kolkata").value()};
constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h};

ReviewFacts Facts(const std::string& reason, std::optional<TimePoint> unknown_since = {}) {
  return {.operation = Operation::kErasure,
          .span = {3, 9},
          .reason = reason,
          .call_count = 2,
          .unknown_since = unknown_since};
}

std::vector<ReviewDecision> Allowed(const ReviewFacts& facts) {
  std::vector<ReviewDecision> allowed;
  for (const ReviewDecision decision : kAll<ReviewDecision>) {
    if (IsAllowed(decision, facts)) allowed.push_back(decision);
  }
  return allowed;
}

TEST(Review, AllowsWhatTheEvidenceLeavesOpen) {
  using enum ReviewDecision;
  EXPECT_THAT(Allowed(Facts("unknown_outcome", kNow)),
              ElementsAre(kSendAgain, kMarkAccepted, kCancel));
  EXPECT_THAT(Allowed(Facts("unaccountable", kNow)),
              ElementsAre(kSendAgain, kMarkAccepted, kCancel));
  EXPECT_THAT(Allowed(Facts("unverified")), ElementsAre(kSendAgain, kMarkAccepted, kCancel));
  for (const char* no_effect : {"without_a_call", "still_present", "found_unclear"}) {
    EXPECT_THAT(Allowed(Facts(no_effect)), ElementsAre(kSendAgain, kCancel));
  }
  for (const char* unreadable : {"items_missing", "seal_broken"}) {
    EXPECT_THAT(Allowed(Facts(unreadable)), ElementsAre(kCancel));
    EXPECT_THAT(Allowed(Facts(unreadable, kNow)), ElementsAre(kCancel));
  }
}

TEST(Review, LeadsWhereTheStateMachineAllows) {
  const ReviewFacts facts = Facts("unknown_outcome", kNow - 3h);
  for (const ReviewDecision decision : kAll<ReviewDecision>) {
    EXPECT_TRUE(CanMove(BatchState::kNeedsReview, Resolve(facts, decision, kHours, kNow).to));
  }
}

TEST(Review, SendsAgainAtOnceWithANewHorizon) {
  EXPECT_EQ(
      Resolve(Facts("unknown_outcome", kNow - 3h), ReviewDecision::kSendAgain, kHours, kNow),
      (Transition{.span = {3, 9}, .to = BatchState::kReady, .reason = "operator_send_again"}));
}

TEST(Review, RunsAWholeWindowFromTheDecisionOn) {
  ReviewFacts facts = Facts("unknown_outcome", kNow - 3h);
  for (const Operation operation : kAll<Operation>) {
    facts.operation = operation;
    EXPECT_EQ(Resolve(facts, ReviewDecision::kMarkAccepted, kHours, kNow),
              (Transition{.span = {3, 9},
                          .to = BatchState::kAccepted,
                          .reason = "operator_accepted",
                          .accepted_at = kNow,
                          .window_end = WindowEnd(operation, kNow, kHours)}));
  }
}

TEST(Review, CancelsWithAReason) {
  EXPECT_EQ(
      Resolve(Facts("seal_broken"), ReviewDecision::kCancel, kHours, kNow),
      (Transition{.span = {3, 9}, .to = BatchState::kCancelled, .reason = "operator_cancelled"}));
}

TEST(Review, HasAnotherEtagWhenAnythingThatCountsHasChanged) {
  const ReviewFacts facts = Facts("unknown_outcome", kNow);
  ReviewFacts called = facts, split = facts, other = facts;
  called.call_count = 3;
  split.span.hi = 8;
  other.reason = "unaccountable";
  EXPECT_THAT((std::set{EtagOf(facts), EtagOf(called), EtagOf(split), EtagOf(other)}),
              testing::SizeIs(4));
  EXPECT_EQ(EtagOf(facts), EtagOf(Facts("unknown_outcome", kNow)));
}

TEST(Review, ChecksTheEtagBeforeTheDecision) {
  const ReviewFacts facts = Facts("seal_broken");
  EXPECT_TRUE(CheckDecision(facts, EtagOf(facts), ReviewDecision::kCancel).ok());
  EXPECT_EQ(CheckDecision(facts, EtagOf(facts), ReviewDecision::kSendAgain).error().reason,
            "DECISION_NOT_ALLOWED");
  EXPECT_EQ(CheckDecision(facts, "", ReviewDecision::kSendAgain).error().reason, "REVIEW_CHANGED");
}

}  // namespace
}  // namespace lethe
