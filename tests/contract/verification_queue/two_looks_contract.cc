#include "contract/verification_queue/two_looks_contract.h"

#include <gmock/gmock.h>

namespace lethe::contract {
namespace {

using testing::ElementsAre;

NewLookedBatch Ready(const Route& route) {
  return {.route = route, .size = 4, .state = BatchState::kReady, .sampled = {0, 1, 2, 3}};
}

TEST_P(TwoLooks, OfOneAccountAreApart) {
  const BatchKey first{at().AddBatch(Ready(kErase)), 0};
  const BatchKey second{at().AddBatch(Ready(kErase)), 0};
  ExpectApart({kErase, first, {0, 3}, Profile{.object_ids = {Identifier("A")}}},
              {kErase, second, {0, 3}});
}

TEST_P(TwoLooks, OfOneEnvelopeAreApart) {
  const EnvelopeId envelope = at().AddBatch(Ready(kErase));
  at().Split(envelope, 0, 2);
  ExpectApart({kErase, {envelope, 0}, {0, 1}, Profile{.object_ids = {Identifier("A")}}},
              {kErase, {envelope, 2}, {2, 3}});
}

TEST_P(TwoLooks, OfTwoAccountsAreApart) {
  const BatchKey first{at().AddBatch(Ready(kErase)), 0};
  const BatchKey second{at().AddBatch(Ready(kEraseOfGlobex)), 0};
  ExpectApart({kErase, first, {0, 3}}, {kEraseOfGlobex, second, {0, 3}});
}

TEST_P(TwoLooks, SplitApart) {
  const EnvelopeId envelope = at().AddBatch(Ready(kErase));
  at().Split(envelope, 0, 2);
  const EnvelopeId other = at().AddBatch(Ready(kErase));
  for (const BatchKey& batch : {BatchKey{envelope, 0}, {envelope, 2}, {other, 0}}) {
    at().AcceptAgain(batch.envelope, batch.lo);
    at().Advance(1s);
  }
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const LookResult uneven = Over(*claim, {{0, ReadBack::kAbsent}, {1, ReadBack::kUnclear}});
  EXPECT_EQ(Record(*claim, uneven), Recorded::kApplied);
  std::vector<Span> spans;
  std::vector<BatchState> states;
  for (const LookedBatchRow& row : at().Batches()) {
    spans.push_back(row.span);
    states.push_back(row.state);
  }
  using enum BatchState;
  EXPECT_THAT(spans, ElementsAre(Span{0, 0}, Span{1, 1}, Span{2, 3}, Span{0, 3}));
  EXPECT_THAT(states, ElementsAre(kDone, kNeedsReview, kAccepted, kAccepted));
}

TEST_P(TwoLooks, AtOneBatchCountOnce) {
  const EnvelopeId quick = at().AddBatch(Ready(kErase));
  const EnvelopeId slow = at().AddBatch(Ready(kErase));
  const auto uneven = [](const LookClaim& claim) {
    LookResult result = All(claim, ReadBack::kUnclear);
    if (result.read.empty()) return result;
    result.read.front().result = ReadBack::kAbsent;
    return Over(claim, result.read);
  };
  for (const LookPurpose purpose : kLooksInTurn) {
    SCOPED_TRACE(Name(purpose));
    MakeDue(purpose, {{quick, 0}, {slow, 0}});
    const auto first = Take();
    const auto late = Take();
    ASSERT_TRUE(first && late);
    ASSERT_EQ(Record(*first, uneven(*first)), Recorded::kApplied);
    at().Advance(kLease);
    const auto next = Take();
    ASSERT_TRUE(next);
    ASSERT_EQ(next->envelope, late->envelope);
    ASSERT_NE(next->slot, late->slot);
    ASSERT_EQ(Record(*next, uneven(*next)), Recorded::kApplied);
    EXPECT_EQ(Record(*late, uneven(*late)), Recorded::kFenced);
  }
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TwoLooks);

}  // namespace lethe::contract
