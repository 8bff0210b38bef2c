#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {
namespace {

using fakes::IdentifierAt;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(DeliveryQueueContract, AnOpenBatchDoesNotWaitForAClockThatWentBack) {
  Add();
  at().Advance(-1h);
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, GivesNothingWhileNothingIsSendable) {
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase, kDisassociate}), IsEmpty());
}

TEST_P(DeliveryQueueContract, AClaimCarriesAllThatTheSenderNeeds) {
  const EnvelopeId envelope = Add(3);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->route, kErase);
  EXPECT_EQ(claim->kind, IdentifierKind::kIdentity);
  EXPECT_EQ(claim->envelope, envelope);
  EXPECT_EQ(claim->facts.operation, Operation::kErasure);
  EXPECT_EQ(claim->facts.span, (Span{0, 2}));
  EXPECT_EQ(claim->facts.attempt_count, 1);
  EXPECT_EQ(claim->facts.call_count, 1);
  EXPECT_EQ(claim->facts.started_at, at().Now());
  EXPECT_EQ(claim->facts.unknown_since, std::nullopt);
  EXPECT_THAT(claim->identifiers, ElementsAre(IdentifierAt(envelope, 0), IdentifierAt(envelope, 1),
                                              IdentifierAt(envelope, 2)));
}

TEST_P(DeliveryQueueContract, TheAttemptIsWrittenDownBeforeTheCall) {
  const EnvelopeId envelope = Add(3);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const AttemptRow attempt = OnlyAttempt();
  EXPECT_EQ(attempt.envelope, envelope);
  EXPECT_EQ(attempt.span, (Span{0, 2}));
  EXPECT_EQ(attempt.number, claim->facts.call_count);
  EXPECT_EQ(attempt.started_at, claim->facts.started_at);
  EXPECT_FALSE(attempt.outcome);
  EXPECT_FALSE(attempt.abandoned);
  EXPECT_EQ(OnlyBatch().state, BatchState::kSending);
}

TEST_P(DeliveryQueueContract, ClaimsTheOldestFirst) {
  const EnvelopeId first = Add();
  const EnvelopeId second = Add();
  const auto one = Take();
  const auto two = Take();
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->envelope, first);
  EXPECT_EQ(two->envelope, second);
  EXPECT_NE(one->slot, two->slot);
}

TEST_P(DeliveryQueueContract, ABatchIsClaimedOnce) {
  Add();
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
}

TEST_P(DeliveryQueueContract, RivalsNeverClaimTheSameBatchNorMoreThanTheSlots) {
  constexpr int kBatches = 20;
  constexpr int kTriesEach = 5000;
  for (int i = 0; i < kBatches; ++i) Add();
  const TimePoint now = at().Now();
  std::mutex mutex;
  std::map<EnvelopeId, int> claims;
  std::atomic<int> in_flight = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  const auto rival = [&] {
    for (int tries = 0; done < kBatches && tries < kTriesEach; ++tries) {
      const auto claim = Take();
      if (!claim) {
        std::this_thread::yield();
        continue;
      }
      const int mine = ++in_flight;
      for (int seen = most; seen < mine && !most.compare_exchange_weak(seen, mine);) continue;
      {
        const std::lock_guard lock(mutex);
        ++claims[claim->envelope];
      }
      --in_flight;
      Record(*claim, Yes(),
             {.transitions = {{.span = claim->facts.span,
                               .to = BatchState::kAccepted,
                               .accepted_at = now,
                               .window_end = now}}});
      ++done;
    }
  };
  {
    std::vector<std::jthread> rivals;
    for (int i = 0; i < 4; ++i) rivals.emplace_back(rival);
  }
  EXPECT_EQ(claims.size(), static_cast<std::size_t>(kBatches));
  for (const auto& [envelope, count] : claims) EXPECT_EQ(count, 1);
  EXPECT_LE(most, 2);
}

TEST_P(DeliveryQueueContract, SlotsLimitTheClaimsOfAnAccountAndApi) {
  for (int i = 0; i < 3; ++i) Add();
  at().AddEnvelope({.route = kDisassociate, .kind = IdentifierKind::kPhone});
  at().AddEnvelope({.route = kEraseElsewhere});
  EXPECT_TRUE(Take());
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
  EXPECT_TRUE(Take(kDisassociate));
  EXPECT_TRUE(Take(kEraseElsewhere));
}

TEST_P(DeliveryQueueContract, ARecordedAnswerFreesItsSlot) {
  for (int i = 0; i < 3; ++i) Add();
  const auto first = Take();
  ASSERT_TRUE(first && Take());
  Record(*first, Yes(), Accepted(*first));
  const auto third = Take();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->slot, first->slot);
  EXPECT_GT(third->epoch, first->epoch);
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, LoweredConcurrencyHoldsAndStrandsNoBatch) {
  for (int i = 0; i < 4; ++i) Add();
  const auto one = Take();
  const auto two = Take();
  ASSERT_TRUE(one && two);
  at().SetConcurrency(1);
  EXPECT_FALSE(Take());
  EXPECT_EQ(Record(*one, Yes(), Accepted(*one)), Recorded::kApplied);
  EXPECT_EQ(Record(*two, Yes(), Accepted(*two)), Recorded::kApplied);
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, RaisedConcurrencyGivesAnotherSlot) {
  for (int i = 0; i < 4; ++i) Add();
  ASSERT_TRUE(Take() && Take());
  EXPECT_FALSE(Take());
  at().SetConcurrency(3);
  EXPECT_TRUE(Take());
  EXPECT_FALSE(Take());
}

TEST_P(DeliveryQueueContract, AnOpenBatchWaitsForItsLinger) {
  at().AddEnvelope({.route = kErase, .size = 99, .closed = false});
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
  at().Advance(kLinger - 1ms);
  EXPECT_FALSE(Take());
  at().Advance(1ms);
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  EXPECT_TRUE(Take());
}

TEST_P(DeliveryQueueContract, AFullOpenBatchIsSendableAtOnce) {
  at().AddEnvelope({.route = kErase, .size = 100, .closed = false});
  EXPECT_THAT(Sendable({kErase, kDisassociate}), ElementsAre(kErase));
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->identifiers.size(), 100U);
}

TEST_P(DeliveryQueueContract, ABatchIsFullWithWhatItsOperationTakesInOneCall) {
  at().AddEnvelope(
      {.route = kDisassociate, .kind = IdentifierKind::kPhone, .size = 999, .closed = false});
  EXPECT_FALSE(Take(kDisassociate));
  at().AddEnvelope(
      {.route = kDisassociate, .kind = IdentifierKind::kPhone, .size = 1000, .closed = false});
  const auto claim = Take(kDisassociate);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->identifiers.size(), 1000U);
}

TEST_P(DeliveryQueueContract, ADelayedBatchWaitsAndTheNextOneGoesAhead) {
  const EnvelopeId first = Add();
  const auto claim = Take();
  ASSERT_TRUE(claim);
  Record(*claim, {}, Again(*claim, 5s));
  EXPECT_FALSE(Take());
  const EnvelopeId second = Add();
  const auto ahead = Take();
  ASSERT_TRUE(ahead);
  EXPECT_EQ(ahead->envelope, second);
  at().Advance(5s - 1ms);
  EXPECT_FALSE(Take());
  EXPECT_THAT(Sendable({kErase}), IsEmpty());
  at().Advance(1ms);
  EXPECT_THAT(Sendable({kErase}), ElementsAre(kErase));
  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->envelope, first);
}

TEST_P(DeliveryQueueContract, ReleaseGivesTheBatchBackAndCountsForNothing) {
  Add(2);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  EXPECT_EQ(Release(*claim), Recorded::kApplied);
  EXPECT_EQ(OnlyBatch().state, BatchState::kReady);
  EXPECT_EQ(OnlyBatch().attempt_count, 0);
  EXPECT_EQ(OnlyBatch().unknown_since, std::nullopt);
  for (const AttemptRow& row : at().Attempts()) EXPECT_EQ(row.outcome, OutcomeClass::kNotSent);

  const auto again = Take();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->facts.attempt_count, 1);
  EXPECT_EQ(again->facts.unknown_since, std::nullopt);
  EXPECT_EQ(again->identifiers.size(), 2U);
}

TEST_P(DeliveryQueueContract, ReleaseKeepsWhatEarlierAttemptsLeft) {
  Add();
  const auto first = Take();
  ASSERT_TRUE(first);
  Record(*first, {}, Again(*first));
  const auto second = Take();
  ASSERT_TRUE(second);
  Release(*second);
  EXPECT_EQ(OnlyBatch().attempt_count, 1);
  EXPECT_EQ(OnlyBatch().unknown_since, first->facts.started_at);
}

TEST_P(DeliveryQueueContract, ABatchThatLacksItemsIsNeverSent) {
  const EnvelopeId lacking = Add(3);
  const EnvelopeId sound = Add();
  at().LoseItem(lacking, 1);
  const auto taken = queue().TakeBatch({.route = kErase, .linger = kLinger, .lease = kLease});
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, ErrorCode::kInternal);
  EXPECT_EQ(taken.error().reason, "ITEMS_MISSING");
  EXPECT_EQ(at().Batches().front().state, BatchState::kNeedsReview);
  EXPECT_NE(at().Batches().front().reason, "");

  Add();
  const auto next = Take();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->envelope, sound);
  EXPECT_TRUE(Take());
}

}  // namespace
}  // namespace lethe::contract
