#include <gmock/gmock.h>

#include "contract/verification_queue/verification_queue_contract.h"

namespace lethe::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Transition Becomes(Span span, BatchState to, const std::string& reason, TimePoint unknown_since) {
  return {.span = span, .to = to, .reason = reason, .unknown_since = unknown_since};
}

TEST_P(VerificationQueueContract, ABatchThatWaitsForALookBeforeARepeatIsTakenWithItsCaptures) {
  const EnvelopeId envelope = AddLateRepeat(2);
  const TimePoint lost_at = at().Now();
  at().Advance(30h);
  EXPECT_THAT(Due(), ElementsAre(kErase));
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->purpose, LookPurpose::kBeforeRepeat);
  EXPECT_EQ(claim->envelope, envelope);
  EXPECT_EQ(claim->due_since, lost_at);
  EXPECT_EQ(claim->call_number, 1);
  ASSERT_EQ(claim->items.size(), 2U);
  for (const LookItem& item : claim->items) {
    EXPECT_EQ(item.identifier, fakes::IdentifierAt(envelope, item.pos));
    EXPECT_TRUE(item.before);
  }
  EXPECT_THAT(claim->known, IsEmpty());
  EXPECT_FALSE(Take()) << "a look is leased";
  EXPECT_THAT(Due(), IsEmpty());
}

TEST_P(VerificationQueueContract, BeforeARepeatOnlyACaptureCountsThatIsOlderThanTheCall) {
  const EnvelopeId envelope =
      at().AddBatch({.size = 2, .state = BatchState::kReady, .sampled = {0}});
  Look(ReadBack::kAbsent);
  at().LoseAnswer(envelope, 0);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  ASSERT_EQ(claim->items.size(), 1U);
  EXPECT_EQ(claim->items[0].pos, 0);
  ASSERT_EQ(claim->known.size(), 1U);
  EXPECT_EQ(claim->known[0].pos, 1);
  EXPECT_EQ(claim->known[0].result, ReadBack::kUnclear);
}

TEST_P(VerificationQueueContract, BeforeARepeatABatchSplitsByWhatWasFound) {
  const EnvelopeId envelope = AddLateRepeat(4);
  const TimePoint lost_at = at().Now();
  at().Advance(30h);
  const TimePoint looked_at = at().Now();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(
      Record(*claim,
             {.again_in = 5s,
              .trouble = true,
              .transitions = {Becomes({0, 1}, BatchState::kReady, "unchanged", looked_at),
                              Becomes({2, 2}, BatchState::kNeedsReview, "changed_since", lost_at),
                              Becomes({3, 3}, BatchState::kHeld, "look_before_repeat", lost_at)}}),
      Recorded::kApplied);
  const auto rows = at().Batches();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].span, (Span{0, 1}));
  EXPECT_EQ(rows[0].state, BatchState::kReady);
  EXPECT_EQ(rows[0].reason, "unchanged");
  EXPECT_EQ(rows[0].unknown_since, looked_at);
  EXPECT_EQ(rows[0].call_count, 1);
  EXPECT_TRUE(rows[0].captured_at);
  EXPECT_EQ(rows[1].state, BatchState::kNeedsReview);
  EXPECT_EQ(rows[1].reason, "changed_since");
  EXPECT_EQ(rows[1].unknown_since, lost_at);
  EXPECT_EQ(rows[2].state, BatchState::kHeld);
  EXPECT_EQ(rows[2].reason, "look_before_repeat");
  EXPECT_EQ(rows[2].unknown_since, lost_at);
  EXPECT_TRUE(rows[2].captured_at);
  EXPECT_THAT(at().ReadBacks(), IsEmpty()) << "it says nothing about an accepted call";

  EXPECT_FALSE(Take()) << "the next look waits";
  at().Advance(5s);
  const auto next = Take();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->envelope, envelope);
  EXPECT_EQ(next->span, (Span{3, 3}));
  EXPECT_EQ(next->tries, 1);
}

TEST_P(VerificationQueueContract, BeforeARepeatThePlanMustCoverTheBatch) {
  AddLateRepeat(2);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  for (const auto& transitions : {std::vector<Transition>{},
                                  {Becomes({0, 0}, BatchState::kReady, "unchanged", at().Now())},
                                  {Becomes({0, 1}, BatchState::kDone, "", at().Now())}}) {
    const auto recorded = queue().Record(*claim, {.transitions = transitions});
    ASSERT_FALSE(recorded.ok());
    EXPECT_EQ(recorded.error().reason, "BAD_PLAN");
  }
  EXPECT_EQ(OnlyBatch().state, BatchState::kHeld);
}

}  // namespace
}  // namespace lethe::contract
