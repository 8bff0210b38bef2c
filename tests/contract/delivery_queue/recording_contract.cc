#include <gmock/gmock.h>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

TEST_P(DeliveryQueueContract, AnAcceptedBatchKnowsItsWindow) {
  Add(2);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(700ms);
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kApplied);
  const BatchRow batch = OnlyBatch();
  EXPECT_EQ(batch.state, BatchState::kAccepted);
  EXPECT_EQ(batch.attempt_count, 1);
  EXPECT_EQ(batch.accepted_at, at().Now());
  EXPECT_EQ(batch.window_end, at().Now() + 48h);
  EXPECT_EQ(batch.finished_at, std::nullopt);
}

TEST_P(DeliveryQueueContract, TheAnswerIsWrittenToItsAttempt) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Advance(700ms);
  Record(*claim, {.outcome = OutcomeClass::kUnknown, .http_status = 503, .code = "503"},
         Again(*claim));
  const AttemptRow attempt = OnlyAttempt();
  EXPECT_EQ(attempt.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(attempt.http_status, 503);
  EXPECT_EQ(attempt.code, "503");
  EXPECT_EQ(attempt.finished_at, at().Now());
  EXPECT_FALSE(attempt.abandoned);
}

TEST_P(DeliveryQueueContract, AWaitingBatchRemembersReasonAndUnknownEffect) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, {}, Again(*claim, 5s));
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
  EXPECT_EQ(OnlyBatch().reason, "unknown_outcome");
  EXPECT_EQ(OnlyBatch().not_before, at().Now() + 5s);
  EXPECT_EQ(OnlyBatch().unknown_since, claim->facts.started_at);
  at().Advance(5s);
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.attempt_count, 2);
  EXPECT_EQ(again->facts.call_count, 2);
  EXPECT_EQ(again->facts.unknown_since, claim->facts.started_at);
  EXPECT_NE(again->facts.call_count, claim->facts.call_count);
}

TEST_P(DeliveryQueueContract, AnAttemptThatCostsNothingCostsNoPartOfItsBatchAnything) {
  Add(2);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Plan plan = Again(*claim);
  plan.spends_attempt = false;
  plan.transitions[0].unknown_since.reset();
  plan.transitions.push_back(plan.transitions[0]);
  plan.transitions[0].span = {0, 0};
  plan.transitions[1].span = {1, 1};
  plan.transitions[1].lone_refusals = 1;
  ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kThrottled, .http_status = 429}, plan),
            Recorded::kApplied);
  ASSERT_EQ(at().Batches().size(), 2U);
  for (const BatchRow& row : at().Batches()) {
    EXPECT_EQ(row.attempt_count, 0) << row.span.lo;
    EXPECT_EQ(row.call_count, 1) << row.span.lo;
  }
}

TEST_P(DeliveryQueueContract, AnAttemptThatCostsNothingCountsAsACallOnly) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Plan plan = Again(*claim);
  plan.spends_attempt = false;
  Record(*claim, {.outcome = OutcomeClass::kThrottled, .http_status = 429}, plan);
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.attempt_count, 1);
  EXPECT_EQ(again->facts.call_count, 2);
  EXPECT_EQ(at().Attempts().size(), 2U);
}

TEST_P(DeliveryQueueContract, RunsThatDifferSplitTheBatchWithoutGap) {
  const EnvelopeId envelope =
      at().AddEnvelope({.route = kDisassociate, .kind = IdentifierKind::kPhone, .size = 10});
  const auto claim = Take(kDisassociate);
  ASSERT_TRUE(claim);
  const TimePoint now = at().Now();
  const Plan plan{
      .transitions = {
          {.span = {0, 0}, .to = BatchState::kRejected, .reason = "vendor_code_516"},
          {.span = {1, 4}, .to = BatchState::kAccepted, .accepted_at = now, .window_end = now},
          {.span = {5, 5}, .to = BatchState::kReady, .reason = "vendor_retry", .not_before = now},
          {.span = {6, 9},
           .to = BatchState::kNeedsReview,
           .reason = "unaccountable",
           .unknown_since = now}}};
  EXPECT_EQ(Record(*claim, {.outcome = OutcomeClass::kPartial, .http_status = 200}, plan),
            Recorded::kApplied);

  const std::vector<BatchRow> rows = at().Batches();
  ASSERT_THAT(rows,
              ElementsAre(Field(&BatchRow::span, Span{0, 0}), Field(&BatchRow::span, Span{1, 4}),
                          Field(&BatchRow::span, Span{5, 5}), Field(&BatchRow::span, Span{6, 9})));
  EXPECT_THAT(rows, ElementsAre(Field(&BatchRow::state, BatchState::kRejected),
                                Field(&BatchRow::state, BatchState::kAccepted),
                                Field(&BatchRow::state, BatchState::kReady),
                                Field(&BatchRow::state, BatchState::kNeedsReview)));
  EXPECT_EQ(rows[0].finished_at, now);
  EXPECT_EQ(rows[0].reason, "vendor_code_516");
  EXPECT_EQ(rows[1].accepted_at, now);
  EXPECT_EQ(rows[3].unknown_since, now);
  for (const BatchRow& row : rows) {
    EXPECT_EQ(row.envelope, envelope);
    EXPECT_EQ(row.route, kDisassociate);
    EXPECT_EQ(row.kind, IdentifierKind::kPhone);
    EXPECT_EQ(row.attempt_count, 1);
    EXPECT_EQ(row.call_count, 1);
  }
}

TEST_P(DeliveryQueueContract, ARunOfASplitBatchIsSentAlone) {
  const EnvelopeId envelope =
      at().AddEnvelope({.route = kDisassociate, .kind = IdentifierKind::kPhone, .size = 4});
  const auto claim = Take(kDisassociate);
  ASSERT_TRUE(claim);
  const TimePoint now = at().Now();
  Record(*claim, {.outcome = OutcomeClass::kPartial, .http_status = 200},
         {.transitions = {
              {.span = {0, 1}, .to = BatchState::kAccepted, .accepted_at = now, .window_end = now},
              {.span = {2, 3}, .to = BatchState::kReady, .reason = "vendor_retry"}}});
  const auto rest = Take(kDisassociate);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->facts.span, (Span{2, 3}));
  EXPECT_EQ(rest->facts.attempt_count, 2);
  EXPECT_THAT(rest->identifiers,
              ElementsAre(fakes::IdentifierAt(envelope, 2), fakes::IdentifierAt(envelope, 3)));
  EXPECT_EQ(Record(*rest, Yes(), Accepted(*rest)), Recorded::kApplied);
  const std::vector<AttemptRow> attempts = at().Attempts();
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].outcome, OutcomeClass::kPartial);
  EXPECT_EQ(attempts[1].span, (Span{2, 3}));
  EXPECT_EQ(attempts[1].outcome, OutcomeClass::kAccepted);
}

TEST_P(DeliveryQueueContract, EachRunOfASplitBatchRemembersItsOwnRefusals) {
  Add(3);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const auto run = [](int pos, TimePoint unknown_since, TimePoint refused_since, int lone_refusals,
                      int vouched_refusals, int throttled_calls) {
    return Transition{.span = {pos, pos},
                      .to = BatchState::kReady,
                      .reason = Text(Reason::kMisconfigured),
                      .unknown_since = unknown_since,
                      .refused_since = refused_since,
                      .lone_refusals = lone_refusals,
                      .vouched_refusals = vouched_refusals,
                      .throttled_calls = throttled_calls};
  };
  const TimePoint now = at().Now();
  const Plan plan{.transitions = {run(0, now - 10s, now - 4s, 1, 0, 6),
                                  run(1, now - 11s, now - 5s, 2, 1, 5),
                                  run(2, now - 12s, now - 6s, 3, 2, 4)}};
  ASSERT_EQ(Record(*claim, {.outcome = OutcomeClass::kMisconfigured, .http_status = 403}, plan),
            Recorded::kApplied);
  for (const Transition& expected : plan.transitions) {
    const auto again = Take();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->facts.span, expected.span);
    EXPECT_EQ(again->facts.unknown_since, expected.unknown_since);
    EXPECT_EQ(again->facts.refused_since, expected.refused_since);
    EXPECT_EQ(again->facts.lone_refusals, expected.lone_refusals);
    EXPECT_EQ(again->facts.vouched_refusals, expected.vouched_refusals);
    EXPECT_EQ(again->facts.throttled_calls, expected.throttled_calls);
    Record(*again, Yes(), Accepted(*again));
  }
}

TEST_P(DeliveryQueueContract, APlanThatNoBatchMayFollowIsRefusedAndChangesNothing) {
  Add(2);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const BatchRow before = OnlyBatch();
  for (const BatchState to : kAll<BatchState>) {
    if (CanMove(BatchState::kSending, to)) continue;
    const Plan plan{
        .transitions = {{.span = {0, 0}, .to = BatchState::kReady}, {.span = {1, 1}, .to = to}}};
    for (const auto& recorded :
         {queue().Record(*claim, Yes(), plan), queue().RecordAbandoned(*claim, plan)}) {
      ASSERT_FALSE(recorded.ok()) << Name(to);
      EXPECT_EQ(recorded.error().code, ErrorCode::kInternal) << Name(to);
      EXPECT_EQ(recorded.error().reason, "BAD_PLAN") << Name(to);
    }
  }
  EXPECT_EQ(OnlyBatch(), before);
  EXPECT_FALSE(OnlyAttempt().outcome);
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kApplied);
}

TEST_P(DeliveryQueueContract, RecordingAgainChangesNothing) {
  Add(4);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, Yes(), Accepted(*claim));
  const auto batches = at().Batches();
  const auto attempts = at().Attempts();
  at().Advance(1s);
  EXPECT_TRUE(Record(*claim, {}, Again(*claim)));
  EXPECT_EQ(at().Batches(), batches);
  EXPECT_EQ(at().Attempts(), attempts);
}

TEST_P(DeliveryQueueContract, RecordingAgainLeavesTheNextHolderOfTheSlotAlone) {
  Add();
  const auto first = Take();
  ASSERT_TRUE(first);
  Record(*first, {}, Again(*first));
  const auto second = Take();
  ASSERT_TRUE(second);
  EXPECT_EQ(Record(*first, {}, Again(*first, 1h)), Recorded::kFenced);
  EXPECT_EQ(Release(*first), Recorded::kFenced);
  EXPECT_EQ(OnlyBatch().state, BatchState::kSending);
  EXPECT_EQ(Record(*second, Yes(), Accepted(*second)), Recorded::kApplied);
}

TEST_P(DeliveryQueueContract, ACoolingSlotIsNotLeasedBeforeItsTime) {
  for (int i = 0; i < 4; ++i) Add();
  const auto throttled = Take();
  ASSERT_TRUE(throttled);
  Plan plan = Again(*throttled);
  plan.slot_cool_down = 10s;
  Record(*throttled, {.outcome = OutcomeClass::kThrottled, .http_status = 429}, plan);
  const auto other = Take();
  ASSERT_TRUE(other);
  EXPECT_NE(other->slot, throttled->slot);
  EXPECT_FALSE(Take());
  at().Advance(10s - 1ms);
  EXPECT_FALSE(Take());
  at().Advance(1ms);
  const auto cooled = Take();
  ASSERT_TRUE(cooled);
  EXPECT_EQ(cooled->slot, throttled->slot);
}

TEST_P(DeliveryQueueContract, AWindowClosesAtItsEndAndNotBefore) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, Yes(), Accepted(*claim, 48h));
  const TimePoint end = at().Now() + 48h;
  at().Advance(48h);
  EXPECT_EQ(CloseWindows(end - std::chrono::microseconds(1)), 0);
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  EXPECT_EQ(CloseWindows(end), 1);
  EXPECT_EQ(OnlyBatch().state, BatchState::kDone);
  EXPECT_EQ(OnlyBatch().finished_at, at().Now());
  EXPECT_EQ(OnlyBatch().window_end, end);
  EXPECT_EQ(CloseWindows(end), 0);
}

TEST_P(DeliveryQueueContract, ACallerWhoseClockIsAheadClosesNoWindow) {
  Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, Yes(), Accepted(*claim, 48h));
  const TimePoint end = at().Now() + 48h;
  at().Advance(48h - 1ms);
  EXPECT_EQ(CloseWindows(at().Now() + 72h), 0);
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  at().Advance(1ms);
  EXPECT_EQ(CloseWindows(end + 72h), 1);
  EXPECT_EQ(OnlyBatch().finished_at, end);
}

TEST_P(DeliveryQueueContract, ClosesNoMoreWindowsThanAsked) {
  for (int i = 0; i < 5; ++i) {
    Add();
    const auto claim = Take();
    ASSERT_TRUE(claim);
    Record(*claim, Yes(), Accepted(*claim, 0ms));
  }
  EXPECT_EQ(CloseWindows(at().Now(), 2), 2);
  EXPECT_EQ(CloseWindows(at().Now(), 2), 2);
  EXPECT_EQ(CloseWindows(at().Now(), 2), 1);
  EXPECT_EQ(CloseWindows(at().Now(), 2), 0);
}

}  // namespace
}  // namespace lethe::contract
