#include "store/reading/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "integration/store/world.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class Snapshots : public testing::Test {
 protected:
  Snapshots() {
    database_.SetClock(clock_.Now());
    EXPECT_TRUE(queue_.RegisterAccounts().ok());
  }

  QueueSnapshot Look() {
    const auto connection = Connect(database_.source());
    return TakeSnapshot(*connection);
  }
  std::map<std::pair<Operation, BatchState>, std::int64_t> Items() {
    std::map<std::pair<Operation, BatchState>, std::int64_t> items;
    for (const QueueSnapshot::Items& row : Look().items) {
      EXPECT_EQ(row.account, "acme");
      items[{row.operation, row.state}] += row.count;
    }
    return items;
  }

  /// The answer to a call for the account `acme`.
  void Block(BlockScope scope) {
    ASSERT_TRUE(Submit(store_.requests(), Erasure("a", People(100))).ok());
    const auto taken = queue_.TakeBatch({.route = kErase, .linger = 2s, .lease = 30s});
    ASSERT_TRUE(queue_
                    .Record(**taken, {.outcome = OutcomeClass::kAccountBlocked},
                            {.transitions = {{.span = {0, 99}, .to = BatchState::kReady}},
                             .spends_attempt = false,
                             .account = AccountVerdict::kBlocked,
                             .block_scope = scope,
                             .account_reason = "seen"})
                    .ok());
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(Snapshots, OfAnEmptyQueueHaveSlotsOnly) {
  const QueueSnapshot snapshot = Look();
  EXPECT_THAT(snapshot.items, IsEmpty());
  EXPECT_THAT(snapshot.waiting, IsEmpty());
  EXPECT_THAT(snapshot.blocked_accounts, IsEmpty());
  ASSERT_EQ(snapshot.slots.size(), kAll<Api>.size());
  for (const QueueSnapshot::Slots& slots : snapshot.slots) EXPECT_EQ(slots.in_use, 0);
}

TEST_F(Snapshots, CountEveryItemOnceInItsState) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("a", People(250))).ok());
  ASSERT_TRUE(Submit(store_.requests(), Erasure("b", People(7))).ok());
  NewRequest phones = Erasure("c", People(5, "+49"));
  phones.operation = Operation::kDisassociation;
  phones.kind = IdentifierKind::kPhone;
  ASSERT_TRUE(Submit(store_.requests(), phones).ok());
  const auto taken = queue_.TakeBatch({.route = kErase, .linger = 2s, .lease = 30s});
  ASSERT_TRUE(taken.ok() && *taken);

  using enum BatchState;
  EXPECT_THAT(Items(), ElementsAre(Pair(std::pair(Operation::kErasure, kOpen), 7),
                                   Pair(std::pair(Operation::kErasure, kReady), 150),
                                   Pair(std::pair(Operation::kErasure, kSending), 100),
                                   Pair(std::pair(Operation::kDisassociation, kOpen), 5)));
  for (const QueueSnapshot::Slots& slots : Look().slots) {
    EXPECT_EQ(slots.in_use, slots.api == Api::kDelete ? 1 : 0);
  }

  Plan plan{.transitions = {{.span = {0, 0}, .to = kRejected, .reason = "refused"},
                            {.span = {1, 99},
                             .to = kAccepted,
                             .accepted_at = clock_.Now(),
                             .window_end = clock_.Now() + 48h}}};
  ASSERT_TRUE(queue_.Record(**taken, {.outcome = OutcomeClass::kPartial}, plan).ok());
  EXPECT_THAT(Items(), ElementsAre(Pair(std::pair(Operation::kErasure, kOpen), 7),
                                   Pair(std::pair(Operation::kErasure, kReady), 150),
                                   Pair(std::pair(Operation::kErasure, kAccepted), 99),
                                   Pair(std::pair(Operation::kErasure, kRejected), 1),
                                   Pair(std::pair(Operation::kDisassociation, kOpen), 5)));
}

TEST_F(Snapshots, CountAsManyItemsInAllStatesAsRequestsBrought) {
  const auto accepted = [this] {
    std::int64_t sum = 0;
    for (const QueueSnapshot::Accepted& row : Look().accepted) sum += row.count;
    return sum;
  };
  const auto in_states = [this] {
    std::int64_t sum = 0;
    for (const QueueSnapshot::Items& row : Look().items) sum += row.count;
    return sum;
  };
  EXPECT_EQ(accepted(), 0);
  ASSERT_TRUE(Submit(store_.requests(), Erasure("a", People(250))).ok());
  ASSERT_TRUE(Submit(store_.requests(), Erasure("a", People(250))).ok()) << "a repeat";
  ASSERT_TRUE(Submit(store_.requests(), Erasure("b", People(3))).ok());
  EXPECT_EQ(accepted(), 253);
  EXPECT_EQ(in_states(), 253);

  const auto taken = queue_.TakeBatch({.route = kErase, .linger = 2s, .lease = 30s});
  ASSERT_TRUE(taken.ok() && *taken);
  const auto run = [this](Span span, BatchState to) {
    Transition transition{.span = span, .to = to, .reason = "why"};
    if (to == BatchState::kAccepted) {
      transition.accepted_at = clock_.Now();
      transition.window_end = clock_.Now();
    }
    return transition;
  };
  using enum BatchState;
  const Plan plan{.transitions = {run({0, 0}, kRejected), run({1, 2}, kRejected),
                                  run({3, 49}, kAccepted), run({50, 50}, kRejected),
                                  run({51, 99}, kNeedsReview)}};
  ASSERT_TRUE(queue_.Record(**taken, {.outcome = OutcomeClass::kPartial}, plan).ok());
  ASSERT_EQ(queue_.CloseWindows(clock_.Now(), 10).value(), 1);
  const auto items = Items();
  EXPECT_EQ(items.at({Operation::kErasure, kRejected}), 4);
  EXPECT_EQ(items.at({Operation::kErasure, kDone}), 47);
  EXPECT_EQ(in_states(), 253);
  EXPECT_EQ(accepted(), 253);
}

TEST_F(Snapshots, SayHowLongTheOldestEnvelopeWaits) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("a", People(100))).ok());
  database_.SetClock(clock_.Now() + 1500ms);
  ASSERT_TRUE(Submit(store_.requests(), Erasure("b", People(1))).ok());
  database_.SetClock(clock_.Now() + 4s);
  const QueueSnapshot snapshot = Look();
  ASSERT_EQ(snapshot.waiting.size(), 1U);
  EXPECT_EQ(snapshot.waiting[0].oldest_age, 4s);
  EXPECT_EQ(snapshot.waiting[0].operation, Operation::kErasure);
}

TEST_F(Snapshots, NameBlockedAccounts) {
  Block(BlockScope::kAccount);
  EXPECT_THAT(Look().blocked_accounts, ElementsAre("acme"));
  EXPECT_THAT(Look().blocked_routes, IsEmpty());
}

TEST_F(Snapshots, NameBlockedRoutes) {
  Block(BlockScope::kRoute);
  const QueueSnapshot snapshot = Look();
  EXPECT_THAT(snapshot.blocked_accounts, IsEmpty());
  ASSERT_EQ(snapshot.blocked_routes.size(), 1U);
  EXPECT_EQ(snapshot.blocked_routes[0].account, "acme");
  EXPECT_EQ(snapshot.blocked_routes[0].api, Api::kDelete);
}

}  // namespace
}  // namespace lethe::store
