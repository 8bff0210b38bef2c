#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "integration/store/world.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;

/// The store and the queue on one database.
class Reads : public testing::Test {
 protected:
  Reads() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  RequestId Keep(const std::string& key, int items) {
    return Submit(store_.requests(), Erasure(key, People(items, key))).value().id;
  }
  Claim Take() {
    return queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}).value().value();
  }
  void Record(const Claim& claim, std::vector<Transition> runs) {
    const auto recorded =
        queue_.Record(claim, {.outcome = OutcomeClass::kPartial}, {.transitions = std::move(runs)});
    ASSERT_TRUE(recorded.ok());
    ASSERT_EQ(*recorded, Recorded::kApplied);
  }
  Transition Accepted(Span span) const {
    return {.span = span,
            .to = BatchState::kAccepted,
            .accepted_at = clock_.Now(),
            .window_end = clock_.Now() + 48h};
  }
  static ItemCounts Counts(std::vector<std::pair<BatchState, int>> by_state) {
    ItemCounts counts;
    for (const auto& [state, count] : by_state) counts[state] = count;
    return counts;
  }
  RequestView View(RequestId id) { return store_.requests().Get("acme", id).value(); }
  std::vector<ItemView> Items(RequestId id, int page_size) {
    std::vector<ItemView> items;
    for (bool more = true; more;) {
      const auto page = store_.requests()
                            .ListItems({.account = "acme",
                                        .request = id,
                                        .after_ordinal = items.empty() ? -1 : items.back().ordinal,
                                        .page_size = page_size})
                            .value();
      items.insert(items.end(), page.rows.begin(), page.rows.end());
      more = page.more;
      if (page.rows.empty()) break;
    }
    return items;
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(Reads, CountTheRequestsOwnItemsInASharedAndSplitEnvelope) {
  const RequestId first = Keep("first", 3);
  const RequestId second = Keep("second", 4);
  const RequestId third = Keep("third", 3);
  const Claim claim = Take();
  ASSERT_EQ(claim.facts.span, (Span{0, 9}));
  Record(claim, {Accepted({0, 1}),
                 {.span = {2, 4}, .to = BatchState::kRejected, .reason = "invalid_identifier"},
                 {.span = {5, 9}, .to = BatchState::kReady, .reason = "throttled"}});

  EXPECT_EQ(View(first).counts, Counts({{BatchState::kAccepted, 2}, {BatchState::kRejected, 1}}));
  EXPECT_EQ(View(second).counts, Counts({{BatchState::kRejected, 2}, {BatchState::kReady, 2}}));
  EXPECT_EQ(View(third).counts, Counts({{BatchState::kReady, 3}}));
  EXPECT_EQ(View(first).last_window_end, clock_.Now() + 48h);
  EXPECT_TRUE(View(second).last_finished_at);
  EXPECT_FALSE(View(third).last_window_end);

  const std::vector<ItemView> items = Items(second, 100);
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[1].state, BatchState::kRejected);
  EXPECT_EQ(items[1].reason, "invalid_identifier");
  EXPECT_EQ(items[2].state, BatchState::kReady);
  EXPECT_EQ(items[2].reason, "throttled");
}

TEST_F(Reads, CountTheItemsOfALargeRequestInAllItsEnvelopes) {
  const RequestId neighbour = Keep("neighbour", 1);
  const RequestId large = Keep("large", 1000);
  Record(Take(), {Accepted({0, 0})});
  const Claim claim = Take();
  ASSERT_EQ(claim.facts.span, (Span{0, 99}));
  Record(claim,
         {{.span = {0, 9}, .to = BatchState::kReady, .reason = "throttled"}, Accepted({10, 99})});

  EXPECT_EQ(View(large).counts, Counts({{BatchState::kAccepted, 90}, {BatchState::kReady, 910}}));
  EXPECT_EQ(View(neighbour).counts, Counts({{BatchState::kAccepted, 1}}));
  for (const int page_size : {1000, 999, 137}) {
    const std::vector<ItemView> items = Items(large, page_size);
    ASSERT_EQ(items.size(), 1000U);
    for (int i = 0; i < 1000; ++i) {
      ASSERT_EQ(items[i].ordinal, i);
      ASSERT_EQ(items[i].state, i >= 10 && i < 100 ? BatchState::kAccepted : BatchState::kReady);
    }
  }
}

TEST_F(Reads, KeepARequestOnOnePageWhenItsItemsAreInSeveralStates) {
  std::vector<RequestId> ids;
  for (const char* key : {"a", "b", "c", "d", "e"}) ids.push_back(Keep(key, 20));
  const Claim claim = Take();
  std::vector<Transition> runs;
  for (int lo = 0; lo < 100; lo += 5) {
    switch (lo / 5 % 3) {
      case 0: runs.push_back(Accepted({lo, lo + 4})); break;
      case 1:
        runs.push_back({.span = {lo, lo + 4}, .to = BatchState::kReady, .reason = "throttled"});
        break;
      default:
        runs.push_back({.span = {lo, lo + 4}, .to = BatchState::kRejected, .reason = "refused"});
    }
  }
  Record(claim, runs);

  std::vector<RequestId> seen;
  std::optional<RequestId> before;
  for (const bool more : {true, true, false}) {
    const auto page = store_.requests()
                          .ListRequests({.account = "acme", .before = before, .page_size = 2})
                          .value();
    EXPECT_EQ(page.more, more);
    for (const RequestView& row : page.rows) {
      EXPECT_EQ(row.counts.total(), 20);
      EXPECT_EQ(row.counts, View(row.id).counts);
      seen.push_back(row.id);
    }
    before = seen.back();
  }
  EXPECT_THAT(seen, ElementsAre(ids[4], ids[3], ids[2], ids[1], ids[0]));
}

TEST_F(Reads, SucceedAfterTheirSessionWasCut) {
  const RequestId id = Keep("k", 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(View(id).item_count, 1);
    database_.CutConnections();
  }
}

TEST_F(Reads, SeeEveryItemOnceWhileBatchesSplit) {
  const RequestId id = Keep("k", 100);
  std::atomic<bool> splitting = true;
  std::jthread splitter([&] {
    for (int lo = 0; lo < 60; ++lo) {
      const Claim claim = Take();
      Record(claim, {Accepted({lo, lo}), {.span = {lo + 1, 99}, .to = BatchState::kReady}});
    }
    splitting = false;
  });
  while (splitting) {
    EXPECT_EQ(View(id).counts.total(), 100);
    EXPECT_EQ(Items(id, 100).size(), 100U);
  }
}

}  // namespace
}  // namespace lethe::store
