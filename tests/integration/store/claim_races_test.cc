#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "integration/store/world.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

class ClaimRaces : public testing::Test {
 protected:
  ClaimRaces() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  Plan Accepted(const Claim& claim) const {
    return {.transitions = {{.span = claim.facts.span,
                             .to = BatchState::kAccepted,
                             .accepted_at = clock_.Now(),
                             .window_end = clock_.Now() + 48h}},
            .account = AccountVerdict::kHealthy};
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(ClaimRaces, EveryIdentifierIsClaimedOnceWhileEnvelopesStillGrow) {
  constexpr int kCallers = 4;
  constexpr int kRequestsEach = 80;
  std::atomic<int> kept = 0;
  std::atomic<int> claimed = 0;
  std::atomic<bool> stopping = false;
  std::mutex mutex;
  std::map<std::string, int> claims;

  const auto call = [&](int caller) {
    for (int i = 0; i < kRequestsEach; ++i) {
      const std::string key = std::to_string(caller) + "/" + std::to_string(i) + "/";
      const int items = 1 + i % 3;
      const auto answer = Submit(store_.requests(), Erasure(key, People(items, key)));
      ASSERT_TRUE(answer.ok()) << answer.error().message;
      kept += items;
    }
  };
  const auto send = [&](const std::string& name) {
    Pool pool(database_.source(), 1);
    PgDeliveryQueue queue(name, Accounts(), store_.keys(), pool);
    while (!stopping) {
      const auto taken = queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
      ASSERT_TRUE(taken.ok()) << taken.error().message;
      if (!*taken) continue;
      const Claim& claim = **taken;
      EXPECT_EQ(static_cast<int>(claim.identifiers.size()), claim.facts.span.size());
      {
        const std::lock_guard lock(mutex);
        for (const Identifier& identifier : claim.identifiers) ++claims[identifier.Reveal()];
      }
      const auto recorded =
          queue.Record(claim, {.outcome = OutcomeClass::kAccepted}, Accepted(claim));
      ASSERT_TRUE(recorded.ok()) << recorded.error().message;
      ASSERT_EQ(*recorded, Recorded::kApplied);
      claimed += claim.facts.span.size();
    }
  };
  {
    std::vector<std::jthread> senders;
    for (const char* name : {"one", "two"}) senders.emplace_back(send, name);
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < kCallers; ++caller) callers.emplace_back(call, caller);
    callers.clear();
    EXPECT_TRUE(Eventually([&] { return claimed == kept; }));
    stopping = true;
  }
  EXPECT_EQ(claims.size(), static_cast<std::size_t>(kept));
  for (const auto& [identifier, times] : claims) EXPECT_EQ(times, 1) << identifier;
  ExpectSound(database_);
}

TEST_F(ClaimRaces, ALateAnswerAndATakeOverDoNotLockEachOtherOut) {
  ASSERT_TRUE(Submit(store_.requests(), Erasure("k", {"ann"})).ok());
  const Claim claim =
      queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s}).value().value();

  pqxx::connection rescuer(database_.url());
  pqxx::work take_over(rescuer);
  take_over.exec("select from slot where envelope is not null for update");
  std::jthread sender([&] {
    const auto recorded =
        queue_.Record(claim, {.outcome = OutcomeClass::kAccepted}, Accepted(claim));
    EXPECT_TRUE(recorded.ok()) << recorded.error().message;
  });
  ASSERT_TRUE(Eventually([&] {
    return Number(database_,
                  "select count(*) from pg_stat_activity where "
                  "datname = current_database() and wait_event_type = 'Lock'") == 1;
  }));
  EXPECT_NO_THROW(take_over.exec("update attempt set abandoned_at = lethe_now()"));
  take_over.commit();
}

}  // namespace
}  // namespace lethe::store
