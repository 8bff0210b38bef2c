#include <gmock/gmock.h>

#include "contract/verification_queue/verification_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(VerificationQueueContract, AResultIsKeptAndKnownToTheNextClaim) {
  const EnvelopeId envelope = at().AddBatch({.size = 2, .sampled = {0, 1}});
  const auto first = Take();
  ASSERT_TRUE(first);
  EXPECT_EQ(Record(*first, {.read = {{1, ReadBack::kReappeared}}, .again_in = 0s}),
            Recorded::kApplied);
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  const auto second = Take();
  ASSERT_TRUE(second);
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].pos, 0);
  ASSERT_EQ(second->known.size(), 1U);
  EXPECT_EQ(second->known[0].pos, 1);
  EXPECT_EQ(second->known[0].result, ReadBack::kReappeared);
  EXPECT_THAT(at().ReadBacks(), ElementsAre(ReadBackRow{envelope, 1, 1, 1, ReadBack::kReappeared}));
}

TEST_P(VerificationQueueContract, AConcludedBatchIsDone) {
  at().AddBatch({.size = 2, .sampled = {0}});
  at().Advance(5s);
  Look(ReadBack::kAbsent);
  const LookedBatchRow batch = OnlyBatch();
  EXPECT_EQ(batch.state, BatchState::kDone);
  EXPECT_EQ(batch.finished_at, at().Now());
  EXPECT_EQ(batch.accepted_at, at().Now() - 5s);
  EXPECT_EQ(batch.second_look_at, at().Now() + kSecondLook);
  EXPECT_FALSE(Take());
}

TEST_P(VerificationQueueContract, ABatchWithDifferentResultsSplits) {
  const EnvelopeId envelope = at().AddBatch({.size = 5, .sampled = {1, 2, 4}});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(Record(*claim, Over(*claim, {{1, ReadBack::kStillPresent},
                                         {2, ReadBack::kStillPresent},
                                         {4, ReadBack::kUnclear}})),
            Recorded::kApplied);
  const auto rows = at().Batches();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].span, (Span{0, 0}));
  EXPECT_EQ(rows[0].state, BatchState::kDone);
  EXPECT_EQ(rows[0].second_look_at, std::nullopt);
  EXPECT_EQ(rows[1].span, (Span{1, 2}));
  EXPECT_EQ(rows[1].state, BatchState::kReady);
  EXPECT_EQ(rows[1].reason, "still_present");
  EXPECT_EQ(rows[1].accepted_at, std::nullopt);
  EXPECT_EQ(rows[1].window_end, std::nullopt);
  EXPECT_EQ(rows[1].call_count, 1);
  EXPECT_EQ(rows[2].span, (Span{3, 3}));
  EXPECT_EQ(rows[2].state, BatchState::kDone);
  EXPECT_EQ(rows[3].span, (Span{4, 4}));
  EXPECT_EQ(rows[3].state, BatchState::kNeedsReview);
  EXPECT_EQ(rows[3].reason, "found_unclear");
  EXPECT_EQ(rows[3].finished_at, std::nullopt);
  EXPECT_EQ(rows[3].envelope, envelope);
}

TEST_P(VerificationQueueContract, TransitionsThatDoNotCoverTheBatchAreRefused) {
  at().AddBatch({.size = 2});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const auto recorded =
      queue().Record(*claim, {.transitions = {{.span = {0, 0}, .to = BatchState::kDone}}});
  ASSERT_FALSE(recorded.ok());
  EXPECT_EQ(recorded.error().reason, "BAD_PLAN");
}

TEST_P(VerificationQueueContract, TransitionsThatTheStateMachineDoesNotHaveAreRefused) {
  at().AddBatch({});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  for (const BatchState to : kAll<BatchState>) {
    if (CanMove(BatchState::kAccepted, to)) continue;
    const auto recorded = queue().Record(
        *claim, {.transitions = {{.span = claim->span, .to = to, .reason = "test"}}});
    ASSERT_FALSE(recorded.ok()) << Name(to);
    EXPECT_EQ(recorded.error().code, ErrorCode::kInternal) << Name(to);
    EXPECT_EQ(recorded.error().reason, "BAD_PLAN") << Name(to);
  }
  EXPECT_EQ(OnlyBatch().state, BatchState::kAccepted);
  EXPECT_EQ(Record(*claim, All(*claim, ReadBack::kAbsent)), Recorded::kApplied);
}

TEST_P(VerificationQueueContract, AfterASecondCallItemsAreLookedUpAgainAsResent) {
  const EnvelopeId envelope = at().AddBatch({.size = 2, .sampled = {0, 1}});
  Look(ReadBack::kStillPresent);
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
  at().AcceptAgain(envelope, 0);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  ASSERT_EQ(claim->purpose, LookPurpose::kReadBack);
  EXPECT_EQ(claim->call_number, 2);
  EXPECT_THAT(claim->known, IsEmpty());
  ASSERT_EQ(claim->items.size(), 2U);
  EXPECT_TRUE(claim->items[0].resent);
  EXPECT_EQ(Record(*claim, All(*claim, ReadBack::kStillPresent)), Recorded::kApplied);
  EXPECT_EQ(OnlyBatch().state, BatchState::kNeedsReview);
  EXPECT_EQ(OnlyBatch().reason, "still_present");
  EXPECT_EQ(at().ReadBacks().size(), 4U);
}

TEST_P(VerificationQueueContract, AResultOfTheSameCallMakesNoItemResent) {
  at().AddBatch({.size = 2, .sampled = {0, 1}});
  const auto first = Take();
  ASSERT_TRUE(first);
  Record(*first, {.read = {{0, ReadBack::kStillPresent}}, .again_in = 0s});
  const auto second = Take();
  ASSERT_TRUE(second);
  ASSERT_EQ(second->known.size(), 1U);
  EXPECT_FALSE(second->known[0].resent);
  Record(*second, Over(*second, {{1, ReadBack::kAbsent}}));
  EXPECT_EQ(at().Batches().at(0).state, BatchState::kReady) << "it is sent again once";
}

TEST_P(VerificationQueueContract, WhateverIsAcceptedAgainAfterItsReadBackIsResent) {
  const EnvelopeId envelope = at().AddBatch({.size = 2, .sampled = {0, 1}});
  const EnvelopeId other = at().AddBatch({});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, Over(*claim, {{0, ReadBack::kStillPresent}, {1, ReadBack::kUnclear}}));
  Look(ReadBack::kUnclear);
  for (const BatchKey& batch : {BatchKey{envelope, 0}, {envelope, 1}, {other, 0}}) {
    at().AcceptAgain(batch.envelope, batch.lo);
    const auto again = Take();
    ASSERT_TRUE(again);
    ASSERT_EQ(again->items.size(), 1U);
    EXPECT_TRUE(again->items[0].resent) << "it is not sent a third time";
    Record(*again, All(*again, ReadBack::kAbsent));
  }
}

TEST_P(VerificationQueueContract, AResultIsNeverChanged) {
  at().AddBatch({.size = 2, .sampled = {0, 1}});
  const auto first = Take();
  ASSERT_TRUE(first);
  Record(*first, {.read = {{0, ReadBack::kAbsent}}, .again_in = 0s});
  const auto second = Take();
  ASSERT_TRUE(second);
  Record(*second, {.read = {{0, ReadBack::kUnclear}, {1, ReadBack::kAbsent}}, .again_in = 0s});
  for (const ReadBackRow& row : at().ReadBacks()) EXPECT_EQ(row.result, ReadBack::kAbsent);
  EXPECT_EQ(at().ReadBacks().size(), 2U);
}

TEST_P(VerificationQueueContract, AClaimIsRecordedOnce) {
  at().AddBatch({.size = 2, .sampled = {0, 1}});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const LookResult result{.read = {{0, ReadBack::kAbsent}}, .again_in = 0s};
  EXPECT_EQ(Record(*claim, result), Recorded::kApplied);
  EXPECT_EQ(Record(*claim, result), Recorded::kFenced);
}

TEST_P(VerificationQueueContract, WhatWasCapturedComesWithTheReadBack) {
  const EnvelopeId envelope =
      at().AddBatch({.size = 4, .state = BatchState::kReady, .sampled = {0, 1, 2}});
  const auto capture = Take();
  ASSERT_TRUE(capture);
  EXPECT_EQ(capture->purpose, LookPurpose::kCapture);
  ASSERT_EQ(capture->items.size(), 3U);
  const Profile two_devices{.object_ids = {Identifier("__gA"), Identifier("__gB")},
                            .first_seen = at().Now() - 24h};
  EXPECT_EQ(Record(*capture, {.captured = {{0, {two_devices}}, {1, {}}, {2, {Profile{}}}}}),
            Recorded::kApplied);
  EXPECT_EQ(OnlyBatch().captured_at, at().Now());
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
  EXPECT_FALSE(Take()) << "captured once";

  at().AcceptAgain(envelope, 0);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  ASSERT_EQ(claim->items.size(), 3U);
  ASSERT_TRUE(claim->items[0].before && claim->items[0].before->profile);
  EXPECT_EQ(claim->items[0].before->profile->object_ids, two_devices.object_ids);
  EXPECT_EQ(claim->items[0].before->profile->first_seen, two_devices.first_seen);
  ASSERT_TRUE(claim->items[1].before);
  EXPECT_FALSE(claim->items[1].before->profile) << "CleverTap had no profile";
  ASSERT_TRUE(claim->items[2].before && claim->items[2].before->profile);
  EXPECT_THAT(claim->items[2].before->profile->object_ids, IsEmpty());
  EXPECT_EQ(claim->items[2].before->profile->first_seen, std::nullopt);
}

TEST_P(VerificationQueueContract, ACaptureGoesOnWhereItStopped) {
  at().AddBatch({.size = 2, .state = BatchState::kReady, .sampled = {0, 1}});
  const auto first = Take();
  ASSERT_TRUE(first);
  Record(*first, {.captured = {{0, {}}}, .again_in = 0s});
  EXPECT_EQ(OnlyBatch().captured_at, std::nullopt);
  const auto second = Take();
  ASSERT_TRUE(second);
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].pos, 1);
}

TEST_P(VerificationQueueContract, AnOpenEnvelopeIsClosedToBeCaptured) {
  at().AddBatch({.state = BatchState::kOpen});
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take()) << "it may still grow";
  at().Advance(kLinger);
  EXPECT_THAT(Due(), ElementsAre(kErase));
  ASSERT_TRUE(Take());
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
}

TEST_P(VerificationQueueContract, OnlyErasuresByIdentityAreCaptured) {
  at().AddBatch({.route = kDemerge, .state = BatchState::kReady});
  at().AddBatch({.kind = IdentifierKind::kGuid, .state = BatchState::kReady});
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take());
  EXPECT_FALSE(Take(kDemerge));
}

TEST_P(VerificationQueueContract, ACaptureOfABatchThatHasGoneOnIsNotKept) {
  const EnvelopeId envelope = at().AddBatch({.state = BatchState::kReady});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().AcceptAgain(envelope, 0);
  EXPECT_EQ(Record(*claim, {.captured = {{0, {}}}}), Recorded::kFenced);
  EXPECT_EQ(Record(*claim, {.captured = {{0, {}}}, .again_in = 0s}), Recorded::kFenced);
  EXPECT_EQ(at().Captures(), 0);
}

TEST_P(VerificationQueueContract, ACaptureOfABatchThatHasSplitIsNotKept) {
  const EnvelopeId envelope =
      at().AddBatch({.size = 2, .state = BatchState::kReady, .sampled = {0, 1}});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  at().Split(envelope, 0, 1);
  EXPECT_EQ(Record(*claim, All(*claim, ReadBack::kAbsent)), Recorded::kFenced);
  EXPECT_EQ(at().Captures(), 0);
  EXPECT_EQ(at().Batches().at(0).captured_at, std::nullopt);
}

TEST_P(VerificationQueueContract, ACaptureIsNeverChanged) {
  const EnvelopeId envelope =
      at().AddBatch({.size = 2, .state = BatchState::kReady, .sampled = {0, 1}});
  const auto first = Take();
  ASSERT_TRUE(first);
  Record(*first, {.captured = {{0, {}}}, .again_in = 0s});
  const auto second = Take();
  ASSERT_TRUE(second);
  EXPECT_EQ(Record(*second, {.captured = {{0, {Profile{}}}, {1, {Profile{}}}}}),
            Recorded::kApplied);
  at().AcceptAgain(envelope, 0);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_FALSE(claim->items[0].before->profile);
  EXPECT_TRUE(claim->items[1].before->profile);
}

TEST_P(VerificationQueueContract, CapturesOfFinalBatchesAreForgotten) {
  const EnvelopeId live =
      at().AddBatch({.size = 2, .state = BatchState::kReady, .sampled = {0, 1}});
  const EnvelopeId cancelled = at().AddBatch({.state = BatchState::kReady});
  const auto first = Take();
  const auto second = Take();
  ASSERT_TRUE(first && second);
  Record(*first, {.captured = {{0, {}}, {1, {}}}});
  Record(*second, {.captured = {{0, {}}}});
  at().End(cancelled, 0, BatchState::kCancelled);
  EXPECT_EQ(queue().ForgetCaptures(10).value(), 1);
  EXPECT_EQ(at().Captures(), 2);
  at().AcceptAgain(live, 0);
  Look(ReadBack::kAbsent);
  EXPECT_EQ(queue().ForgetCaptures(1).value(), 1);
  EXPECT_EQ(queue().ForgetCaptures(1).value(), 1);
  EXPECT_EQ(queue().ForgetCaptures(1).value(), 0);
}

TEST_P(VerificationQueueContract, CapturesOfOneRunAreForgottenWithoutTheOther) {
  const EnvelopeId envelope =
      at().AddBatch({.size = 2, .state = BatchState::kReady, .sampled = {0, 1}});
  Look(ReadBack::kAbsent);
  at().Split(envelope, 0, 1);
  at().End(envelope, 1, BatchState::kRejected);
  EXPECT_EQ(queue().ForgetCaptures(10).value(), 1);
  EXPECT_EQ(at().Captures(), 1);
  at().End(envelope, 0, BatchState::kRejected);
  EXPECT_EQ(queue().ForgetCaptures(10).value(), 1);
}

TEST_P(VerificationQueueContract, ASecondLookIsForPeopleWhoWereAbsent) {
  const EnvelopeId envelope = at().AddBatch({.size = 3, .sampled = {0, 1, 2}});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(
      *claim,
      Over(*claim, {{0, ReadBack::kAbsent}, {1, ReadBack::kReappeared}, {2, ReadBack::kAbsent}}));
  at().Advance(kSecondLook - 1ms);
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_FALSE(Take());
  at().Advance(1ms);
  EXPECT_THAT(Due(), ElementsAre(kErase));
  const auto second = Take();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->purpose, LookPurpose::kSecondLook);
  EXPECT_EQ(second->due_since, at().Now());
  ASSERT_EQ(second->items.size(), 2U);
  EXPECT_EQ(second->items[0].pos, 0);
  EXPECT_EQ(second->items[1].pos, 2);
  EXPECT_EQ(Record(*second, {.read = {{0, ReadBack::kReappeared}}, .again_in = 0s}),
            Recorded::kApplied);
  const auto third = Take();
  ASSERT_TRUE(third);
  ASSERT_EQ(third->items.size(), 1U);
  EXPECT_EQ(third->items[0].pos, 2);
  EXPECT_EQ(Record(*third, {.read = {{2, ReadBack::kAbsent}}}), Recorded::kApplied);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_EQ(OnlyBatch().state, BatchState::kDone);
  EXPECT_THAT(at().ReadBacks(),
              testing::Contains(ReadBackRow{envelope, 0, 1, 2, ReadBack::kReappeared}));
}

}  // namespace
}  // namespace lethe::contract
