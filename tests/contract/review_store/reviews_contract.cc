#include <gmock/gmock.h>

#include <array>
#include <set>
#include <thread>

#include "contract/review_store/review_store_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<BatchKey> KeysOf(const Page<ReviewView>& page) {
  std::vector<BatchKey> keys;
  for (const ReviewView& row : page.rows) keys.push_back(row.key());
  return keys;
}

TEST_P(ReviewStoreContract, ListsBatchesThatNeedAReviewOldestFirst) {
  const BatchRow second = Add(Unknown(2));
  const BatchRow first = Add(Unknown(1));
  Add(Held(3));
  Add(Unknown(4, "globex"));

  const auto page = store().ListReviews({.account = "acme", .after = {}, .page_size = 10});
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_THAT(KeysOf(*page), ElementsAre(KeyOf(first), KeyOf(second)));
  EXPECT_FALSE(page->more);
  const ReviewView& view = page->rows.front();
  EXPECT_EQ(view.account, "acme");
  EXPECT_EQ(view.kind, IdentifierKind::kIdentity);
  EXPECT_EQ(view.facts.operation, Operation::kErasure);
  EXPECT_EQ(view.facts.span, (Span{0, 2}));
  EXPECT_EQ(view.facts.reason, "unknown_outcome");
  EXPECT_EQ(view.facts.call_count, 1);
  EXPECT_EQ(view.facts.unknown_since, at().Now() - 1h);
  EXPECT_EQ(view.since, at().Now());
  EXPECT_THAT(store().ListReviews({.account = "initech", .after = {}, .page_size = 10})->rows,
              IsEmpty());
}

TEST_P(ReviewStoreContract, PagesThroughReviewsOfOneEnvelopeToo) {
  const BatchRow first = Add(Unknown(1));
  BatchRow row = first;
  row.span = {3, 9};
  const BatchRow second = Add(row);
  const BatchRow third = Add(Unknown(2));
  const auto page = [&](std::optional<BatchKey> after, int size) {
    return store().ListReviews({.account = "acme", .after = after, .page_size = size}).value();
  };
  EXPECT_THAT(KeysOf(page({}, 1)), ElementsAre(KeyOf(first)));
  EXPECT_TRUE(page({}, 1).more);
  EXPECT_THAT(KeysOf(page(KeyOf(first), 2)), ElementsAre(KeyOf(second), KeyOf(third)));
  EXPECT_FALSE(page(KeyOf(first), 2).more);
  EXPECT_THAT(KeysOf(page(KeyOf(third), 2)), IsEmpty());
}

TEST_P(ReviewStoreContract, ShowsTheRequestsOfABatchAndAllItsCallsFromBeforeASplitToo) {
  BatchRow row = Unknown();
  row.span = {3, 6};
  row.call_count = 3;
  Add(row);
  const std::vector<int> requests = {1, 1, 1, 2, 3, 3, 4, 5, 5};  // By position.
  const auto request_of = [&](int pos) { return RequestId{kFirstEnvelope + requests.at(pos)}; };
  for (int pos = 0; pos < 9; ++pos) at().AddItem({row.envelope, pos}, request_of(pos));
  const EnvelopeId other{kFirstEnvelope + 2};
  at().AddItem({other, 4}, RequestId{kFirstEnvelope + 9});
  const TimePoint start = at().Now() - 3h;
  at().AddAttempt({.envelope = row.envelope,
                   .span = {3, 6},
                   .number = 3,
                   .started_at = start + 2min,
                   .finished_at = start + 3min,
                   .outcome = OutcomeClass::kUnknown,
                   .code = "timeout"});
  at().AddAttempt({.envelope = row.envelope,
                   .span = {3, 8},
                   .number = 2,
                   .started_at = start + 1min,
                   .abandoned = true});
  at().AddAttempt({.envelope = row.envelope,
                   .span = {0, 8},
                   .number = 1,
                   .started_at = start,
                   .finished_at = start + 1s,
                   .outcome = OutcomeClass::kThrottled,
                   .http_status = 429});
  // Calls of other batches, which the same envelope has split into, and of another envelope.
  at().AddAttempt({.envelope = row.envelope, .span = {0, 2}, .number = 2, .started_at = start});
  at().AddAttempt({.envelope = row.envelope, .span = {7, 8}, .number = 3, .started_at = start});
  at().AddAttempt({.envelope = other, .span = {0, 8}, .number = 1, .started_at = start});

  const auto details = store().GetReview("acme", KeyOf(row));
  ASSERT_TRUE(details.ok()) << details.error().message;
  EXPECT_EQ(details->review.key(), KeyOf(row));
  EXPECT_THAT(details->requests, ElementsAre(request_of(3), request_of(4), request_of(6)));
  EXPECT_THAT(
      details->attempts,
      ElementsAre(AttemptView{.call_number = 1,
                              .started_at = start,
                              .finished_at = start + 1s,
                              .outcome = OutcomeClass::kThrottled,
                              .http_status = 429},
                  AttemptView{.call_number = 2, .started_at = start + 1min, .abandoned = true},
                  AttemptView{.call_number = 3,
                              .started_at = start + 2min,
                              .finished_at = start + 3min,
                              .outcome = OutcomeClass::kUnknown,
                              .code = "timeout"}));
}

TEST_P(ReviewStoreContract, FindsABatchOnlyUnderItsAccountAndWhileItNeedsAReview) {
  const BatchRow row = Add(Unknown());
  const BatchRow held = Add(Held(2));
  EXPECT_EQ(ReasonOf(store().GetReview("globex", KeyOf(row))), "REVIEW_NOT_FOUND");
  EXPECT_EQ(ReasonOf(store().GetReview("acme", {row.envelope, 1})), "REVIEW_NOT_FOUND");
  EXPECT_EQ(ReasonOf(store().GetReview("acme", KeyOf(held))), "REVIEW_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Resolve(row, ReviewDecision::kCancel, EtagOf(row), "globex")),
            "REVIEW_NOT_FOUND");
  EXPECT_EQ(Batch(row), row);
}

TEST_P(ReviewStoreContract, SendsAgainAsIfNothingHadBeenSentAndWaitsFromNowOn) {
  BatchRow effect_unknown = Unknown();
  effect_unknown.reason = "refused_effect_unknown";
  const BatchRow row = Add(effect_unknown);
  at().Advance(2h);
  ASSERT_EQ(ReasonOf(Resolve(row, ReviewDecision::kSendAgain)), "");
  BatchRow expected = row;
  expected.state = BatchState::kReady;
  expected.reason = "operator_send_again";
  expected.opened_at = at().Now();
  expected.unknown_since = {};
  expected.may_have_effect = true;
  expected.refused_since = {};
  EXPECT_EQ(Batch(row), expected);
}

TEST_P(ReviewStoreContract, MarksAcceptedFromNowOn) {
  const BatchRow row = Add(Unknown());
  at().Advance(2h);
  ASSERT_EQ(ReasonOf(Resolve(row, ReviewDecision::kMarkAccepted)), "");
  BatchRow expected = row;
  expected.state = BatchState::kAccepted;
  expected.reason = "operator_accepted";
  expected.unknown_since = {};
  expected.may_have_effect = true;
  expected.refused_since = {};
  expected.accepted_at = at().Now();
  expected.window_end = at().Now() + 48h;
  EXPECT_EQ(Batch(row), expected);
}

TEST_P(ReviewStoreContract, CancelsForGood) {
  const BatchRow row = Add(Unknown());
  at().Advance(2h);
  ASSERT_EQ(ReasonOf(Resolve(row, ReviewDecision::kCancel)), "");
  BatchRow expected = row;
  expected.state = BatchState::kCancelled;
  expected.reason = "operator_cancelled";
  expected.unknown_since = {};
  expected.may_have_effect = true;
  expected.refused_since = {};
  expected.finished_at = at().Now();
  EXPECT_EQ(Batch(row), expected);
}

TEST_P(ReviewStoreContract, MovesNoOtherBatchThanTheOneThatIsDecided) {
  const BatchRow row = Add(Unknown(1));
  BatchRow later_run = row;
  later_run.span = {3, 9};
  Add(later_run);
  const BatchRow other = Add(Unknown(2));
  ASSERT_EQ(ReasonOf(Resolve(row, ReviewDecision::kCancel)), "");
  EXPECT_EQ(Batch(later_run), later_run);
  EXPECT_EQ(Batch(other), other);
}

TEST_P(ReviewStoreContract, KeepsTheEvidenceOfADecision) {
  const BatchRow row = Add(Unknown());
  at().Advance(2h);
  const auto event = Resolve(row, ReviewDecision::kMarkAccepted);
  ASSERT_TRUE(event.ok()) << event.error().message;
  EXPECT_EQ(*event, (AuditEvent{.id = event->id,
                                .at = at().Now(),
                                .principal = "jane",
                                .means = "certificate",
                                .action = AuditAction::kMarkAccepted,
                                .account = "acme",
                                .envelope = row.envelope,
                                .span = row.span,
                                .state_before = "needs_review",
                                .reason_before = "unknown_outcome",
                                .state_after = "accepted",
                                .justification = by_.justification}));
  EXPECT_THAT(Events(), ElementsAre(*event));
  EXPECT_THAT(Events("globex"), IsEmpty());
}

TEST_P(ReviewStoreContract, RefusesADecisionThatIsNotAllowedAndChangesNothing) {
  BatchRow row = Unknown();
  row.reason = "seal_broken";
  Add(row);
  EXPECT_EQ(ReasonOf(Resolve(row, ReviewDecision::kSendAgain)), "DECISION_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Resolve(row, ReviewDecision::kMarkAccepted)), "DECISION_NOT_ALLOWED");
  EXPECT_EQ(Batch(row), row);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_P(ReviewStoreContract, RefusesADecisionAboutABatchThatHasChangedSinceItWasSeen) {
  const BatchRow seen = Add(Unknown());
  BatchRow now = seen;
  now.call_count = 2;
  Add(now);
  const auto refused = Resolve(seen, ReviewDecision::kCancel);
  EXPECT_EQ(ReasonOf(refused), "REVIEW_CHANGED");
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(Resolve(now, ReviewDecision::kCancel, "")), "REVIEW_CHANGED");
  EXPECT_EQ(Batch(now), now);

  // The etag does not show that another operator has decided: calls and reason are as before.
  now.state = BatchState::kReady;
  Add(now);
  EXPECT_EQ(ReasonOf(Resolve(now, ReviewDecision::kCancel)), "REVIEW_CHANGED");
  EXPECT_EQ(Batch(now), now);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_P(ReviewStoreContract, LetsOneOfManyOperatorsDecide) {
  const BatchRow row = Add(Unknown());
  constexpr int kRivals = 8;
  std::array<std::string, kRivals> answers;
  {
    std::vector<std::jthread> operators;
    for (int i = 0; i < kRivals; ++i) {
      operators.emplace_back([&, i] {
        answers[i] = ReasonOf(Resolve(row, kAll<ReviewDecision>[i % kAll<ReviewDecision>.size()]));
      });
    }
  }
  EXPECT_EQ(std::ranges::count(answers, ""), 1);
  EXPECT_EQ(std::ranges::count(answers, "REVIEW_CHANGED"), kRivals - 1);
  EXPECT_EQ(Events().size(), 1U);
}

TEST_P(ReviewStoreContract, PagesThroughTheAuditNewestFirst) {
  std::vector<AuditEvent> written;
  for (int number : {1, 2, 3}) {
    const auto event = Resolve(Add(Unknown(number)), ReviewDecision::kCancel);
    ASSERT_TRUE(event.ok()) << event.error().message;
    written.insert(written.begin(), *event);
  }
  const auto page = [&](std::optional<std::int64_t> before) {
    return store().ListAuditEvents({.account = "acme", .before = before, .page_size = 2}).value();
  };
  EXPECT_THAT(page({}).rows, ElementsAre(written[0], written[1]));
  EXPECT_TRUE(page({}).more);
  EXPECT_THAT(page(written[1].id).rows, ElementsAre(written[2]));
  EXPECT_FALSE(page(written[1].id).more);
  EXPECT_THAT(page(written[2].id).rows, IsEmpty());
}

}  // namespace
}  // namespace lethe::contract
