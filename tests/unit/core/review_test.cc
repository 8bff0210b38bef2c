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

TEST(Review, WhomAnEarlierCallMayHaveReachedMayBeMarkedAccepted) {
  for (const char* reason : {"refused_effect_unknown", "refused_alone", "still_present"}) {
    ReviewFacts facts = Facts(reason);
    facts.may_have_effect = true;
    EXPECT_TRUE(IsAllowed(ReviewDecision::kMarkAccepted, facts)) << reason;
  }
}

TEST(Review, LeadsWhereTheStateMachineAllows) {
  const ReviewFacts facts = Facts("unknown_outcome", kNow - 3h);
  for (const ReviewDecision decision : kAll<ReviewDecision>) {
    for (const Transition& run : Resolve(facts, decision, kHours, kNow)) {
      EXPECT_TRUE(CanMove(BatchState::kNeedsReview, run.to));
    }
  }
}

Transition Again(Span span) {
  return {.span = span, .to = BatchState::kReady, .reason = "operator_send_again"};
}

TEST(Review, SendsAgainAtOnceWithANewHorizon) {
  EXPECT_THAT(Resolve(Facts("waited_too_long"), ReviewDecision::kSendAgain, kHours, kNow),
              ElementsAre(Again({3, 9})));
}

TEST(Review, SendsAgainInHalvesWhatNoCallHasAnAnswerFor) {
  ReviewFacts facts = Facts("unknown_outcome", kNow - 3h);
  EXPECT_THAT(Resolve(facts, ReviewDecision::kSendAgain, kHours, kNow),
              ElementsAre(Again({3, 6}), Again({7, 9})));
  facts.reason = "unaccountable";
  EXPECT_THAT(Resolve(facts, ReviewDecision::kSendAgain, kHours, kNow), testing::SizeIs(2));
  facts.reason = "senders_lost";
  EXPECT_THAT(Resolve(facts, ReviewDecision::kSendAgain, kHours, kNow), testing::SizeIs(2));
  facts.span = {5, 5};
  EXPECT_THAT(Resolve(facts, ReviewDecision::kSendAgain, kHours, kNow), ElementsAre(Again({5, 5})));
  facts.span = {3, 9};
  EXPECT_THAT(Resolve(facts, ReviewDecision::kCancel, kHours, kNow), testing::SizeIs(1));
}

TEST(Review, HasTwoHalvesWhichTogetherAreTheWhole) {
  for (const Span span : {Span{0, 1}, Span{3, 9}, Span{0, 99}, Span{7, 7}}) {
    const Span first = HalfOf(span, ReviewHalf::kFirst);
    const Span second = HalfOf(span, ReviewHalf::kSecond);
    EXPECT_EQ(first.lo, span.lo);
    EXPECT_EQ(first.hi + 1, second.lo);
    EXPECT_EQ(second.hi, span.hi);
    EXPECT_EQ(first.size() - second.size(), span.size() % 2);
  }
}

TEST(Review, IsCutWhereChosenItemsBeginAndEnd) {
  const auto cut = [](std::vector<int> positions) { return CutByChoice({3, 9}, positions); };
  EXPECT_THAT(cut({3, 4, 5, 6, 7, 8, 9}), ElementsAre(ChosenRun{{3, 9}, true}));
  EXPECT_THAT(cut({3}), ElementsAre(ChosenRun{{3, 3}, true}, ChosenRun{{4, 9}, false}));
  EXPECT_THAT(cut({4, 5, 9}), ElementsAre(ChosenRun{{3, 3}, false}, ChosenRun{{4, 5}, true},
                                          ChosenRun{{6, 8}, false}, ChosenRun{{9, 9}, true}));
}

TEST(Review, LeavesWhatWasNotChosenWhereItIs) {
  const ReviewFacts facts = Facts("unknown_outcome", kNow - 3h);
  const std::vector<ChosenRun> runs = {{{3, 3}, false}, {{4, 5}, true}, {{6, 9}, false}};
  EXPECT_THAT(Resolve(facts, runs, ReviewDecision::kSendAgain, kHours, kNow),
              ElementsAre(Transition{.span = {3, 3}}, Again({4, 4}), Again({5, 5}),
                          Transition{.span = {6, 9}}));
  const auto cancelled = Resolve(facts, runs, ReviewDecision::kCancel, kHours, kNow);
  ASSERT_THAT(cancelled, testing::SizeIs(3));
  EXPECT_EQ(cancelled[1].to, BatchState::kCancelled);
  EXPECT_EQ(cancelled[1].span, (Span{4, 5}));
}

ReviewedBatch Reviewed(std::int64_t envelope, const std::string& reason) {
  return {{EnvelopeId{envelope}, 3}, Facts(reason, kNow)};
}

TEST(Reviews, HaveAnotherEtagWhenOneOfThemHasChangedOrIsGone) {
  const std::vector<ReviewedBatch> two = {Reviewed(1, "unaccountable"),
                                          Reviewed(2, "unaccountable")};
  std::vector<ReviewedBatch> called = two, one = {two[0]}, other = {two[0], two[0]};
  called[1].facts.call_count = 3;
  other[1].key.envelope = EnvelopeId{3};
  EXPECT_THAT((std::set{EtagOf(two, kNow), EtagOf(called, kNow), EtagOf(one, kNow),
                        EtagOf(other, kNow), EtagOf(two, kNow + 1s)}),
              testing::SizeIs(5));
  EXPECT_EQ(UntilOf(EtagOf(two, kNow)), kNow);
  for (const char* none : {"", "-1", "x-1", "12", "99999999999999999999-1"}) {
    EXPECT_EQ(UntilOf(none), std::nullopt) << none;
  }
}

TEST(Reviews, AllowWhatEachOfThemAllows) {
  using enum ReviewDecision;
  EXPECT_THAT(AllowedForEach(std::vector{Reviewed(1, "unaccountable")}),
              ElementsAre(kSendAgain, kMarkAccepted, kCancel));
  EXPECT_THAT(AllowedForEach(std::vector{Reviewed(1, "unaccountable"), Reviewed(2, "seal_broken")}),
              ElementsAre(kCancel));
  const ReviewGroup group{.batches = 2, .allowed = {kCancel}, .etag = "1-2"};
  EXPECT_TRUE(CheckDecision(group, "1-2", kCancel).ok());
  EXPECT_EQ(CheckDecision(group, "1-2", kSendAgain).error().reason, "DECISION_NOT_ALLOWED");
  EXPECT_EQ(CheckDecision(group, "1-3", kCancel).error().reason, "REVIEW_CHANGED");
  EXPECT_EQ(CheckDecision(ReviewGroup{}, "1-3", kCancel).error().reason, "REVIEW_CHANGED");
}

TEST(Review, RunsAWholeWindowFromTheDecisionOn) {
  ReviewFacts facts = Facts("unknown_outcome", kNow - 3h);
  for (const Operation operation : kAll<Operation>) {
    facts.operation = operation;
    EXPECT_THAT(Resolve(facts, ReviewDecision::kMarkAccepted, kHours, kNow),
                ElementsAre(Transition{.span = {3, 9},
                                       .to = BatchState::kAccepted,
                                       .reason = "operator_accepted",
                                       .accepted_at = kNow,
                                       .window_end = WindowEnd(operation, kNow, kHours)}));
  }
}

TEST(Review, CancelsWithAReason) {
  EXPECT_THAT(Resolve(Facts("seal_broken"), ReviewDecision::kCancel, kHours, kNow),
              ElementsAre(Transition{
                  .span = {3, 9}, .to = BatchState::kCancelled, .reason = "operator_cancelled"}));
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
