#include "contract/delivery_queue/precedence_contract.h"

#include <gmock/gmock.h>

namespace lethe::contract {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

auto Is(Span span, BatchState state, const std::string& reason = "") {
  return AllOf(Field("span", &BatchRow::span, span), Field("state", &BatchRow::state, state),
               Field("reason", &BatchRow::reason, reason));
}

TEST_P(PrecedenceContract, AnErasureWaitsForTheDemergeOfItsIdentity) {
  const EnvelopeId demerge = Add(kDemerge, {"ann"});
  const EnvelopeId erasure = Add(kErase, {"ann"});
  EXPECT_FALSE(Take());
  EXPECT_THAT(Of(erasure), ElementsAre(Is({0, 0}, BatchState::kHeld, "earlier_operation")));
  EXPECT_EQ(Of(erasure)[0].blocked_by, (Blocker{demerge, {0, 0}}));
  EXPECT_THAT(Sendable({kErase, kDemerge}), ElementsAre(kDemerge));
  EXPECT_EQ(Released(), 0);

  Finish(Take(kDemerge));
  EXPECT_EQ(Released(), 1);
  EXPECT_EQ(Of(erasure)[0].blocked_by, std::nullopt);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->envelope, erasure);
}

TEST_P(PrecedenceContract, AHeldBatchHasNoAttempt) {
  Add(kDemerge, {"ann"});
  const EnvelopeId erasure = Add(kErase, {"ann"});
  EXPECT_FALSE(Take());
  EXPECT_EQ(Of(erasure)[0].attempt_count, 0);
  EXPECT_EQ(Of(erasure)[0].call_count, 0);
  EXPECT_THAT(at().Attempts(), IsEmpty());
}

TEST_P(PrecedenceContract, APhoneUsedAsIdentityMeetsItsDisassociation) {
  Add(kDisassociate, {"+4915112345678"});
  Add(kErase, {"+4915112345678"});
  EXPECT_FALSE(Take());
  EXPECT_TRUE(Take(kDisassociate));
}

TEST_P(PrecedenceContract, AnErasureWaitsUntilTheWindowOfTheDemergeHasPassed) {
  Add(kDemerge, {"ann"});
  Add(kErase, {"ann"});
  const auto demerge = Take(kDemerge);
  ASSERT_TRUE(demerge);
  EXPECT_FALSE(Take());
  Record(*demerge, Yes(), Accepted(*demerge, 1h));
  EXPECT_EQ(Released(), 0);
  at().Advance(1h);
  EXPECT_EQ(CloseWindows(at().Now()), 1);
  EXPECT_EQ(Released(), 1);
  EXPECT_TRUE(Take());
}

TEST_P(PrecedenceContract, ARejectedBatchBlocksNoLonger) {
  Add(kDisassociate, {"ann"});
  Add(kErase, {"ann"});
  EXPECT_FALSE(Take());
  Reject(Take(kDisassociate));
  EXPECT_EQ(Released(), 1);
  EXPECT_TRUE(Take());
}

TEST_P(PrecedenceContract, ABatchThatNeedsReviewStillBlocks) {
  Add(kDemerge, {"ann"});
  Add(kErase, {"ann"});
  const auto demerge = Take(kDemerge);
  ASSERT_TRUE(demerge);
  Record(*demerge, {},
         {.transitions = {{.span = demerge->facts.span, .reason = "unknown_outcome"}}});
  EXPECT_FALSE(Take());
  EXPECT_EQ(Released(), 0);
}

TEST_P(PrecedenceContract, TheLaterOperationNeverHoldsTheEarlierOne) {
  const EnvelopeId erasure = Add(kErase, {"ann"});
  Add(kDemerge, {"ann"});
  EXPECT_FALSE(Take(kDemerge));
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->envelope, erasure);
}

TEST_P(PrecedenceContract, OperationsOfOneKindAndOtherAccountsDoNotWait) {
  Add({"globex", Operation::kDemerge}, {"ann"});
  Add(kErase, {"ann"});
  Add(kErase, {"ann"});
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
}

TEST_P(PrecedenceContract, OtherItemsOfTheEnvelopeAreSentAtOnce) {
  const EnvelopeId demerge = Add(kDemerge, {"cem", "ann", "bob"});
  const EnvelopeId erasure = Add(kErase, {"eve", "ann", "bob", "joe", "cem", "kim"});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->facts.span, (Span{0, 0}));
  EXPECT_THAT(claim->identifiers, ElementsAre(Identifier("eve")));
  EXPECT_EQ(claim->facts.attempt_count, 1);
  EXPECT_EQ(claim->facts.call_count, 1);
  EXPECT_THAT(Of(erasure), ElementsAre(Is({0, 0}, BatchState::kSending),
                                       Is({1, 2}, BatchState::kHeld, "earlier_operation"),
                                       Is({3, 3}, BatchState::kReady),
                                       Is({4, 4}, BatchState::kHeld, "earlier_operation"),
                                       Is({5, 5}, BatchState::kReady)));
  for (const int held : {1, 3}) {
    EXPECT_EQ(Of(erasure)[held].blocked_by, (Blocker{demerge, {0, 2}}));
  }
  for (const int waiting : {1, 2, 3, 4}) {
    EXPECT_EQ(Of(erasure)[waiting].attempt_count, 0);
    EXPECT_EQ(Of(erasure)[waiting].call_count, 0);
  }
  const auto next = Take();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->facts.span, (Span{3, 3}));
  EXPECT_EQ(Record(*claim, Yes(), Accepted(*claim)), Recorded::kApplied);
}

TEST_P(PrecedenceContract, TheFirstRunMayBeTheOneThatWaits) {
  Add(kDemerge, {"ann"});
  const EnvelopeId erasure = Add(kErase, {"ann", "bob"});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->facts.span, (Span{1, 1}));
  EXPECT_EQ(claim->identifiers, Named({"bob"}));
  EXPECT_THAT(Of(erasure), ElementsAre(Is({0, 0}, BatchState::kHeld, "earlier_operation"),
                                       Is({1, 1}, BatchState::kSending)));
  ASSERT_EQ(at().Attempts().size(), 1U);
  EXPECT_EQ(at().Attempts()[0].span, (Span{1, 1}));
  EXPECT_EQ(Record(*claim, {}, Again(*claim)), Recorded::kApplied);
  EXPECT_EQ(Of(erasure)[1].attempt_count, 1);
}

TEST_P(PrecedenceContract, NeighboursThatWaitForDifferentBatchesSplit) {
  Add(kDemerge, {"ann"});
  Add(kDemerge, {"bob"});
  const EnvelopeId erasure = Add(kErase, {"ann", "bob"});
  EXPECT_FALSE(Take());
  EXPECT_THAT(Of(erasure), ElementsAre(Is({0, 0}, BatchState::kHeld, "earlier_operation"),
                                       Is({1, 1}, BatchState::kHeld, "earlier_operation")));
}

TEST_P(PrecedenceContract, ABatchThatWaitsDoesNotHoldUpThoseBehindIt) {
  Add(kDemerge, {"ann", "bob"});
  Add(kErase, {"ann"});
  Add(kErase, {"bob"});
  const EnvelopeId free = Add(kErase, {"eve"});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->envelope, free);
}

TEST_P(PrecedenceContract, AnOpenBatchThatWaitsGrowsNoMore) {
  Add(kDemerge, {"ann"});
  const EnvelopeId erasure = at().AddEnvelope(
      {.route = kErase, .size = 2, .closed = false, .identifiers = Named({"ann"})});
  at().Advance(kLinger);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_THAT(Of(erasure), ElementsAre(Is({0, 0}, BatchState::kHeld, "earlier_operation"),
                                       Is({1, 1}, BatchState::kSending)));
}

TEST_P(PrecedenceContract, ARequestThatBecomesVisibleLateDoesNotOvertakeACallUnderWay) {
  const EnvelopeId erasure = Add(kErase, {"ann"});
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Add(kDemerge, {"ann"}, RequestId{ToInt(erasure) - 1});
  EXPECT_FALSE(Take(kDemerge));

  Record(*claim, {}, Again(*claim));
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.attempt_count, 2);
  Finish(again);
  EXPECT_EQ(Released(), 1);
  EXPECT_TRUE(Take(kDemerge));
}

TEST_P(PrecedenceContract, AReleaseIsAHintAndAnotherBlockerHoldsAgain) {
  Add(kDemerge, {"ann"});
  const EnvelopeId phones = Add(kDisassociate, {"bob"});
  const EnvelopeId erasure = Add(kErase, {"ann"});
  EXPECT_FALSE(Take());
  const EnvelopeId late = Add(kDisassociate, {"ann"}, RequestId{ToInt(phones)});
  Finish(Take(kDemerge));
  EXPECT_EQ(Released(), 1);
  EXPECT_FALSE(Take());
  EXPECT_EQ(Of(erasure)[0].blocked_by, (Blocker{late, {0, 0}}));
  EXPECT_EQ(Released(), 0);
}

TEST_P(PrecedenceContract, ASplitOfTheBlockerReleasesWhatItNoLongerBlocks) {
  const EnvelopeId demerge = Add(kDemerge, {"ann", "bob"});
  const EnvelopeId erasure = Add(kErase, {"ann", "bob"});
  EXPECT_FALSE(Take());
  const auto claim = Take(kDemerge);
  ASSERT_TRUE(claim);
  Record(*claim, {.outcome = OutcomeClass::kPartial},
         {.transitions = {{.span = {0, 0}, .reason = "unknown_outcome"},
                          {.span = {1, 1}, .to = BatchState::kRejected, .reason = "code_516"}}});
  EXPECT_EQ(Released(), 1);
  const auto bob = Take();
  ASSERT_TRUE(bob);
  EXPECT_EQ(bob->identifiers, Named({"bob"}));
  EXPECT_THAT(Of(erasure), ElementsAre(Is({0, 0}, BatchState::kHeld, "earlier_operation"),
                                       Is({1, 1}, BatchState::kSending)));
  EXPECT_EQ(Of(erasure)[0].blocked_by, (Blocker{demerge, {0, 0}}));
}

TEST_P(PrecedenceContract, ReleasesNoMoreThanTheLimit) {
  Add(kDemerge, {"ann"});
  for (int i = 0; i < 3; ++i) Add(kErase, {"ann"});
  EXPECT_FALSE(Take());
  Finish(Take(kDemerge));
  EXPECT_EQ(Released(2), 2);
  EXPECT_EQ(Released(2), 1);
  EXPECT_EQ(Released(2), 0);
}

TEST_P(PrecedenceContract, AFullEnvelopeMaySplitIntoSingleItems) {
  std::vector<std::string> phones, every_other;
  for (int i = 0; i < 1000; ++i) {
    phones.push_back("+4915" + std::to_string(1'000'000 + i));
    if (i % 2 == 0) every_other.push_back(phones.back());
  }
  for (std::size_t i = 0; i < every_other.size(); i += 100) {
    Add(kErase, {every_other.begin() + static_cast<int>(i),
                 every_other.begin() + static_cast<int>(i) + 100});
  }
  const EnvelopeId all = Add(kDisassociate, phones);
  const auto claim = Take(kDisassociate);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->facts.span, (Span{1, 1}));
  EXPECT_EQ(Of(all).size(), 1000U);
}

}  // namespace
}  // namespace lethe::contract
