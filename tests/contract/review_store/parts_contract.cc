#include <gmock/gmock.h>

#include <array>
#include <thread>
#include <vector>

#include "contract/review_store/review_store_contract.h"
#include "lethe/limits.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A part of a batch as it was before the decision.
BatchRow PartOf(const BatchRow& row, Span span) {
  BatchRow part = row;
  part.span = span;
  return part;
}

/// As PartOf(), sent again.
BatchRow AgainOf(const BatchRow& row, Span span) {
  BatchRow part = PartOf(row, span);
  part.state = BatchState::kReady;
  part.reason = "operator_send_again";
  part.unknown_since = {};
  part.may_have_effect = true;
  part.refused_since = {};
  return part;
}

TEST_P(ReviewStoreContract, SendsAgainInHalvesWhatHasNoAnswer) {
  const BatchRow row = Add(Unknown());
  ASSERT_EQ(ReasonOf(Resolve(row, ReviewDecision::kSendAgain)), "");
  EXPECT_THAT(at().Batches(), ElementsAre(AgainOf(row, {0, 1}), AgainOf(row, {2, 2})));
  const std::vector<AuditEvent> events = Events();
  ASSERT_THAT(events, SizeIs(1)) << "it is one decision";
  EXPECT_EQ(events[0].span, row.span);
}

TEST_P(ReviewStoreContract, DecidesAboutAHalfAndLeavesTheOtherToBeDecided) {
  const BatchRow row = Add(Unknown());
  const auto event = ResolvePart(row, ReviewHalf::kSecond, ReviewDecision::kCancel);
  ASSERT_TRUE(event.ok()) << event.error().message;
  EXPECT_EQ(event->span, (Span{2, 2}));
  EXPECT_EQ(event->state_after, "cancelled");
  const BatchRow rest = PartOf(row, {0, 1});
  EXPECT_EQ(Batch(rest), rest);
  EXPECT_EQ(Batch(PartOf(row, {2, 2})).state, BatchState::kCancelled);
  const auto left =
      store().ListReviews({.account = "acme", .after = {}, .page_size = 10}).value().rows;
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].facts.span, rest.span);
  EXPECT_EQ(left[0].since, at().Now());
  EXPECT_EQ(ReasonOf(Resolve(rest, ReviewDecision::kMarkAccepted)), "");
}

TEST_P(ReviewStoreContract, DecidesAboutTheFirstHalfAndLeavesTheSecondAsABatchOfItsOwn) {
  const BatchRow row = Add(Unknown());
  at().Advance(1h);
  ASSERT_EQ(ReasonOf(ResolvePart(row, ReviewHalf::kFirst, ReviewDecision::kMarkAccepted)), "");
  EXPECT_EQ(Batch(row).state, BatchState::kAccepted);
  EXPECT_EQ(Batch(row).span, (Span{0, 1}));
  const BatchRow rest = PartOf(row, {2, 2});
  EXPECT_EQ(Batch(rest), rest);
  const auto details = store().GetReview("acme", KeyOf(rest));
  ASSERT_TRUE(details.ok());
  EXPECT_EQ(details->review.since, at().Now() - 1h) << "it has waited as long as the whole";
}

TEST_P(ReviewStoreContract, DecidesAboutItemsOfARequestWithAnEventForEachRun) {
  BatchRow row = Unknown();
  row.span = {0, 5};
  Add(row);
  const RequestId mine{kFirstEnvelope + 1}, other{kFirstEnvelope + 2};
  for (const int pos : {0, 1, 2, 4}) at().AddItem({row.envelope, pos}, mine);
  for (const int pos : {3, 5}) at().AddItem({row.envelope, pos}, other);

  EXPECT_EQ(ReasonOf(ResolvePart(row, ItemsOfRequest{mine, {1, 3}}, ReviewDecision::kCancel)),
            "NOT_IN_REVIEW")
      << "the other request's";
  EXPECT_EQ(ReasonOf(ResolvePart(row, ItemsOfRequest{mine, {9}}, ReviewDecision::kCancel)),
            "NOT_IN_REVIEW");
  EXPECT_EQ(Batch(row), row);

  const auto first = ResolvePart(row, ItemsOfRequest{mine, {1, 2, 4}}, ReviewDecision::kCancel);
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->span, (Span{1, 2}));
  std::vector<std::pair<Span, BatchState>> runs;
  for (const BatchRow& run : at().Batches()) runs.emplace_back(run.span, run.state);
  using enum BatchState;
  EXPECT_THAT(runs,
              ElementsAre(std::pair{Span{0, 0}, kNeedsReview}, std::pair{Span{1, 2}, kCancelled},
                          std::pair{Span{3, 3}, kNeedsReview}, std::pair{Span{4, 4}, kCancelled},
                          std::pair{Span{5, 5}, kNeedsReview}));
  const std::vector<AuditEvent> events = Events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].span, (Span{4, 4}));
  EXPECT_EQ(events[1], *first);
}

TEST_P(ReviewStoreContract, ABatchOfOneHasNoSecondHalf) {
  const BatchRow row = Add(PartOf(Unknown(), {4, 4}));
  EXPECT_EQ(ReasonOf(ResolvePart(row, ReviewHalf::kSecond, ReviewDecision::kCancel)),
            "NOT_IN_REVIEW");
  EXPECT_EQ(ReasonOf(ResolvePart(row, ReviewHalf::kFirst, ReviewDecision::kCancel)), "");
}

TEST_P(ReviewStoreContract, TellsTheCodeOfTheLatestAnswerThatHadOne) {
  const BatchRow row = Add(Unknown());
  const auto code = [&] { return store().GetReview("acme", KeyOf(row))->review.vendor_code; };
  EXPECT_EQ(code(), "");
  const auto call = [&](int number, const std::string& word) {
    at().AddAttempt({.envelope = row.envelope,
                     .span = row.span,
                     .number = number,
                     .started_at = at().Now(),
                     .finished_at = at().Now(),
                     .outcome = OutcomeClass::kUnknown,
                     .code = word});
  };
  call(1, "516");
  call(2, "518");
  call(3, "timeout");
  EXPECT_EQ(code(), "518");
  EXPECT_EQ(store()
                .ListReviews({.account = "acme", .after = {}, .page_size = 10})
                ->rows.front()
                .vendor_code,
            "518");
}

TEST_P(ReviewStoreContract, PreviewsWhatADecisionAboutManyWouldBeAbout) {
  const BatchRow first = Add(Unknown(1));
  Add(PartOf(Unknown(2), {0, 6}));
  Add(Unknown(3, "globex"));
  Add(Held(4));
  at().AddItem({first.envelope, 0}, RequestId{kFirstEnvelope + 1});
  at().AddItem({first.envelope, 1}, RequestId{kFirstEnvelope + 2});
  at().Advance(1ms);
  const ReviewGroup group = Preview({.account = "acme"});
  EXPECT_EQ(group.batches, 2);
  EXPECT_EQ(group.items, 10);
  EXPECT_EQ(group.requests, 2);
  EXPECT_FALSE(group.more);
  using enum ReviewDecision;
  EXPECT_THAT(group.allowed, ElementsAre(kSendAgain, kMarkAccepted, kCancel));
  EXPECT_EQ(Preview({.account = "acme"}).batches, 2) << "a preview changes nothing";
}

TEST_P(ReviewStoreContract, FindsManyByReasonOperationAndTime) {
  BatchRow unaccountable = Unknown(1);
  unaccountable.reason = "unaccountable";
  Add(unaccountable);
  at().Advance(1h);
  const TimePoint later = at().Now();
  BatchRow demerge = Unknown(2);
  demerge.route.operation = Operation::kDemerge;
  Add(demerge);
  at().Advance(1h);
  const auto count = [&](ReviewFilter filter) {
    filter.account = "acme";
    return Preview(filter).batches;
  };
  EXPECT_EQ(count({}), 2);
  EXPECT_EQ(count({.account = "", .reason = "unaccountable"}), 1);
  EXPECT_EQ(count({.account = "", .reason = "seal_broken"}), 0);
  EXPECT_EQ(count({.account = "", .operation = Operation::kDemerge}), 1);
  EXPECT_EQ(count({.account = "", .since = later}), 1);
  EXPECT_EQ(count({.account = "", .since = later + 1ms}), 0);
  EXPECT_EQ(count({.account = "", .until = later}), 1);
  EXPECT_EQ(Preview({.account = "acme", .reason = "seal_broken"}).etag, "");
}

TEST_P(ReviewStoreContract, DecidesAboutManyAsWasSeenAndKeepsTheEvidenceOfEach) {
  const BatchRow first = Add(Unknown(1));
  const BatchRow second = Add(Unknown(2));
  at().Advance(1ms);
  const ReviewFilter filter{.account = "acme", .reason = "unknown_outcome"};
  const ReviewGroup seen = Preview(filter);
  const BatchRow later = Add(Unknown(3));
  const auto decided = ResolveAll(filter, seen.etag, ReviewDecision::kCancel);
  ASSERT_TRUE(decided.ok()) << decided.error().message;
  EXPECT_EQ(decided->batches, 2);
  EXPECT_EQ(Batch(first).state, BatchState::kCancelled);
  EXPECT_EQ(Batch(second).state, BatchState::kCancelled);
  EXPECT_EQ(Batch(later), later) << "it was not part of what was seen";
  EXPECT_THAT(Events(), SizeIs(2));
  EXPECT_EQ(ReasonOf(ResolveAll(filter, seen.etag, ReviewDecision::kCancel)), "REVIEW_CHANGED");
}

TEST_P(ReviewStoreContract, DecidesAboutNoneOfManyIfOneHasChanged) {
  const BatchRow first = Add(Unknown(1));
  const BatchRow second = Add(Unknown(2));
  at().Advance(1ms);
  const ReviewGroup seen = Preview({.account = "acme"});
  ASSERT_EQ(ReasonOf(Resolve(second, ReviewDecision::kCancel)), "");
  EXPECT_EQ(ReasonOf(ResolveAll({.account = "acme"}, seen.etag, ReviewDecision::kSendAgain)),
            "REVIEW_CHANGED");
  EXPECT_EQ(ReasonOf(ResolveAll({.account = "acme"}, "none", ReviewDecision::kSendAgain)),
            "REVIEW_CHANGED");
  EXPECT_EQ(Batch(first), first);
}

TEST_P(ReviewStoreContract, DecidesAboutManyOnlyWhatEachAllows) {
  const BatchRow first = Add(Unknown(1));
  BatchRow broken = Unknown(2);
  broken.reason = "seal_broken";
  Add(broken);
  at().Advance(1ms);
  const ReviewGroup seen = Preview({.account = "acme"});
  EXPECT_THAT(seen.allowed, ElementsAre(ReviewDecision::kCancel));
  EXPECT_EQ(ReasonOf(ResolveAll({.account = "acme"}, seen.etag, ReviewDecision::kSendAgain)),
            "DECISION_NOT_ALLOWED");
  EXPECT_EQ(Batch(first), first);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_P(ReviewStoreContract, DecidesAboutTheOldestOfTooManyAndGoesOnNextTime) {
  constexpr int kMany = kMaxReviewsPerDecision + 2;
  for (int i = 1; i <= kMany; ++i) Add(Unknown(i));
  at().Advance(1ms);
  const ReviewGroup seen = Preview({.account = "acme"});
  EXPECT_EQ(seen.batches, kMaxReviewsPerDecision);
  EXPECT_TRUE(seen.more);
  ASSERT_EQ(ReasonOf(ResolveAll({.account = "acme"}, seen.etag, ReviewDecision::kCancel)), "");
  const ReviewGroup rest = Preview({.account = "acme"});
  EXPECT_EQ(rest.batches, 2);
  EXPECT_FALSE(rest.more);
  ASSERT_EQ(ReasonOf(ResolveAll({.account = "acme"}, rest.etag, ReviewDecision::kCancel)), "");
  EXPECT_EQ(Preview({.account = "acme"}).batches, 0);
}

TEST_P(ReviewStoreContract, LetsOneOfManyOperatorsDecideAboutMany) {
  for (int i = 1; i <= 20; ++i) Add(Unknown(i));
  at().Advance(1ms);
  const std::string etag = Preview({.account = "acme"}).etag;
  std::array<std::string, 6> answers;
  {
    std::vector<std::jthread> operators;
    for (std::string& answer : answers) {
      operators.emplace_back([&] {
        answer = ReasonOf(ResolveAll({.account = "acme"}, etag, ReviewDecision::kCancel));
      });
    }
  }
  EXPECT_EQ(std::ranges::count(answers, ""), 1);
  EXPECT_EQ(std::ranges::count(answers, "REVIEW_CHANGED"), std::ssize(answers) - 1);
  EXPECT_THAT(Events(), SizeIs(20));
}

}  // namespace
}  // namespace lethe::contract
