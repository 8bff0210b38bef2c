#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "integration/store/world.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using Taken = Result<std::optional<Claim>>;

const Route kDemerge{"acme", Operation::kDemerge};

NewRequest Demerge(const std::string& key, const std::vector<std::string>& identities) {
  NewRequest request = Erasure(key, identities);
  request.operation = Operation::kDemerge;
  return request;
}

class PrecedenceRaces : public testing::Test {
 protected:
  PrecedenceRaces() { EXPECT_TRUE(queue_.RegisterAccounts().ok()); }

  static ClaimParams Params(const Route& route) {
    return {.route = route, .linger = 0ms, .lease = 30s};
  }

  Plan Done(const Claim& claim) const {
    return {.transitions = {{.span = claim.facts.span,
                             .to = BatchState::kAccepted,
                             .accepted_at = clock_.Now(),
                             .window_end = clock_.Now()}}};
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(PrecedenceRaces, OnlyOneOfTwoReplicasGetsAConflictingBatch) {
  constexpr int kRounds = 40;
  std::array pools{std::make_unique<Pool>(database_.source(), 1),
                   std::make_unique<Pool>(database_.source(), 1)};
  const std::array routes{kErase, kDemerge};
  for (int round = 0; round < kRounds; ++round) {
    const std::string person = "user-" + std::to_string(round);
    ASSERT_TRUE(Submit(store_.requests(), Demerge("d" + person, {person})).ok());
    ASSERT_TRUE(Submit(store_.requests(), Erasure("e" + person, {person})).ok());
    // In every other round the erasure is the earlier request, though it was written last.
    if (round % 2 == 0) {
      database_.Run(
          "update request_item set request_id = 1 where envelope in (select envelope "
          "from batch where operation = 'erasure' and state = 'open')");
    }
    std::array claims{Taken(std::optional<Claim>{}), Taken(std::optional<Claim>{})};
    std::barrier start(2);
    {
      std::vector<std::jthread> replicas;
      for (std::size_t i : {0U, 1U}) {
        replicas.emplace_back([&, i] {
          PgDeliveryQueue queue("replica-" + std::to_string(i), Accounts(), store_.keys(),
                                *pools[i]);
          start.arrive_and_wait();
          claims[i] = queue.TakeBatch(Params(routes[i]));
        });
      }
    }
    int got = 0;
    for (const auto& claim : claims) {
      ASSERT_TRUE(claim.ok()) << claim.error().message;
      got += claim->has_value();
    }
    EXPECT_EQ(got, 1) << round;
    for (const auto& claim : claims) {
      if (!*claim) continue;
      EXPECT_TRUE(queue_.Record(**claim, {}, Done(**claim)).ok());
    }
    database_.Run(
        "update batch set state = 'cancelled', reason = 'over', finished_at = now(), "
        "accepted_at = null, window_end = null");
  }
}

TEST_F(PrecedenceRaces, EveryRunOfABatchThatHasToWaitInPartKeepsWhatIsKnownOfItsEarlierCalls) {
  ASSERT_TRUE(Submit(store_.requests(), Demerge("d", {"ann"})).ok());
  const auto demerge = queue_.TakeBatch(Params(kDemerge));
  ASSERT_TRUE(demerge.ok() && *demerge);
  ASSERT_TRUE(Submit(store_.requests(), Erasure("e", {"eve", "ann", "joe"})).ok());
  // Today nothing is sent while an earlier operation is under way. Versions before the order of
  // operations did so.
  database_.Run(
      "update batch set state = 'ready', attempt_count = 1, call_count = 1, lone_refusals = 2, "
      "vouched_refusals = 1, throttled_calls = 3, "
      "captured_at = opened_at, unknown_since = opened_at - interval '3 minutes', "
      "refused_since = opened_at - interval '2 minutes' where operation = 'erasure'");
  const auto claim = queue_.TakeBatch(Params(kErase));
  ASSERT_TRUE(claim.ok() && *claim);
  EXPECT_EQ((*claim)->facts.span, (Span{0, 0}));

  const auto runs = database_.Run(
      "select state, unknown_since = opened_at - interval '3 minutes', "
      "refused_since = opened_at - interval '2 minutes', lone_refusals, captured_at = opened_at, "
      "vouched_refusals, throttled_calls from batch where operation = 'erasure' order by lo");
  ASSERT_EQ(runs.size(), 3);
  const std::array states{"sending", "held", "ready"};
  for (int run = 0; run < 3; ++run) {
    EXPECT_STREQ(runs[run][0].c_str(), states.at(static_cast<std::size_t>(run)));
    EXPECT_STREQ(runs[run][1].c_str(), "t") << "unknown_since of run " << run;
    EXPECT_STREQ(runs[run][2].c_str(), "t") << "refused_since of run " << run;
    EXPECT_STREQ(runs[run][3].c_str(), "2") << "lone_refusals of run " << run;
    EXPECT_STREQ(runs[run][4].c_str(), "t") << "captured_at of run " << run;
    EXPECT_STREQ(runs[run][5].c_str(), "1") << "vouched_refusals of run " << run;
    EXPECT_STREQ(runs[run][6].c_str(), "3") << "throttled_calls of run " << run;
  }
}

TEST_F(PrecedenceRaces, AClaimWaitsForARivalThatHasNotCommittedYet) {
  ASSERT_TRUE(Submit(store_.requests(), Demerge("d", {"ann"})).ok());
  pqxx::connection rival(database_.url());
  pqxx::work hidden(rival);
  hidden.exec("select from account_state where account = 'acme' for no key update");
  ASSERT_TRUE(Submit(store_.requests(), Erasure("e", {"ann"})).ok());
  hidden.exec(
      "update batch set state = 'sending', attempt_count = 1, call_count = 1 "
      "where operation = 'erasure'");
  Taken claim = std::optional<Claim>{};
  std::jthread sender([&] { claim = queue_.TakeBatch(Params(kDemerge)); });
  ASSERT_TRUE(Eventually([&] {
    return Number(database_,
                  "select count(*) from pg_stat_activity where "
                  "datname = current_database() and wait_event_type = 'Lock'") == 1;
  }));
  hidden.commit();
  sender.join();
  ASSERT_TRUE(claim.ok()) << claim.error().message;
  EXPECT_FALSE(claim->has_value());
  EXPECT_EQ(Number(database_,
                   "select count(*) from batch where operation = 'demerge' and state = 'held'"),
            1);
}

TEST_F(PrecedenceRaces, TheEarlierRequestPrecedesWhereBothWereAttempted) {
  ASSERT_TRUE(Submit(store_.requests(), Demerge("d", {"ann"})).ok());
  ASSERT_TRUE(Submit(store_.requests(), Erasure("e", {"ann"})).ok());
  database_.Run("update batch set attempt_count = 1, call_count = 2");
  EXPECT_FALSE(queue_.TakeBatch(Params(kErase)).value());
  EXPECT_EQ(Number(database_, "select call_count from batch where state = 'held'"), 2);
  EXPECT_TRUE(queue_.TakeBatch(Params(kDemerge)).value());
}

TEST_F(PrecedenceRaces, RivalsNeverSendOneIdentifierInTwoOperationsAndFinishByPrecedence) {
  constexpr int kPeople = 60;
  for (int i = 0; i < kPeople; i += 3) {
    const std::string key = std::to_string(i);
    const std::vector<std::string> people = {
        "user-" + std::to_string(i), "user-" + std::to_string(i + 1), "only-" + std::to_string(i)};
    ASSERT_TRUE(Submit(store_.requests(), Demerge("d" + key, people)).ok());
    ASSERT_TRUE(Submit(store_.requests(), Erasure("e" + key, People(kPeople / 2))).ok());
    ASSERT_TRUE(Submit(store_.requests(), Erasure("f" + key, {people[1], "else-" + key})).ok());
  }
  std::mutex mutex;
  std::map<std::string, Operation> under_way;
  std::atomic<bool> stopping = false;
  const auto send = [&](int replica, const Route& route) {
    Pool pool(database_.source(), 1);
    PgDeliveryQueue queue("replica-" + std::to_string(replica), Accounts(), store_.keys(), pool);
    while (!stopping) {
      const auto taken = queue.TakeBatch(Params(route));
      ASSERT_TRUE(taken.ok()) << taken.error().message;
      if (!*taken) {
        ASSERT_TRUE(queue.ReleaseHeld(100).ok());
        continue;
      }
      const Claim& claim = **taken;
      const auto each = [&](auto&& visit) {
        const std::lock_guard lock(mutex);
        for (const Identifier& identifier : claim.identifiers) visit(identifier.Reveal());
      };
      each([&](const std::string& person) {
        const auto [found, added] = under_way.try_emplace(person, route.operation);
        EXPECT_EQ(found->second, route.operation) << person;
      });
      std::this_thread::yield();
      each([&](const std::string& person) { under_way.erase(person); });
      ASSERT_TRUE(queue.Record(claim, {}, Done(claim)).ok());
      ASSERT_TRUE(queue.CloseWindows(clock_.Now(), 100).ok());
    }
  };
  {
    std::vector<std::jthread> senders;
    for (int replica = 0; replica < 2; ++replica) {
      for (const Route& route : {kErase, kDemerge}) senders.emplace_back(send, replica, route);
    }
    EXPECT_TRUE(Eventually(
        [&] { return Number(database_, "select count(*) from batch where state <> 'done'") == 0; },
        60s));
    stopping = true;
  }
  ExpectSound(database_);
  const std::string before =
      "select count(*) from request_item a join batch b on b.envelope = a.envelope and a.pos "
      "between b.lo and b.hi join attempt t on t.envelope = a.envelope and a.pos between t.lo "
      "and t.hi join request_item c on c.digest = a.digest and c.request_id > a.request_id "
      "join batch d on d.envelope = c.envelope and c.pos between d.lo and d.hi and d.operation "
      "<> b.operation join attempt u on u.envelope = c.envelope and c.pos between u.lo and u.hi ";
  EXPECT_GT(Number(database_, before), 0);
  EXPECT_EQ(Number(database_, before + "where u.started_at < t.finished_at"), 0);
}

}  // namespace
}  // namespace lethe::store
