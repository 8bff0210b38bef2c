#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "integration/store/world.h"
#include "support/key_rings.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;

const Route kDemerge{"acme", Operation::kDemerge};

NewRequest Demerge(const std::string& key, const std::vector<std::string>& identities) {
  NewRequest request = Erasure(key, identities);
  request.operation = Operation::kDemerge;
  return request;
}

/// A replica with a ring of its own.
struct Replica {
  Replica(const TestDatabase& database, const Clock& clock, const std::vector<int>& macs,
          const std::string& name)
      : store(database, clock, {.holder = name, .key_file = test::RingFile({1}, macs)}),
        queue(name, Accounts(), store.keys(), store.pool()) {
    EXPECT_TRUE(queue.RegisterAccounts().ok());
  }

  Result<Admission> Keep(NewRequest request) {
    return Submit(store.requests(), std::move(request));
  }

  std::optional<Claim> Take(const Route& route) {
    return queue.TakeBatch({.route = route, .linger = 0ms, .lease = 30s}).value();
  }

  test::PgStore store;
  PgDeliveryQueue queue;
};

/// Two replicas on one database; what the first ring is given is found under the second.
struct Rings {
  std::string name;
  std::vector<int> first;
  std::vector<int> second;

  friend void PrintTo(const Rings& rings, std::ostream* out) { *out << rings.name; }
};

class KeyGenerations : public testing::TestWithParam<Rings> {
 protected:
  FakeClock clock_;
  TestDatabase database_;
  Replica first_{database_, clock_, GetParam().first, "first"};
  Replica second_{database_, clock_, GetParam().second, "second"};
};

TEST_P(KeyGenerations, AKeyIsOneRequest) {
  const Admission original = first_.Keep(Erasure("k", {"ann"})).value();
  const auto repeat = second_.Keep(Erasure("k", {"ann"}));
  ASSERT_TRUE(repeat) << repeat.error().message;
  EXPECT_TRUE(repeat->repeated);
  EXPECT_EQ(repeat->id, original.id);
  EXPECT_EQ(Number(database_, "select count(*) from request"), 1);
}

TEST_P(KeyGenerations, AKeyIsRefusedForAnotherPayload) {
  ASSERT_TRUE(first_.Keep(Erasure("k", {"ann"})));
  const auto refused = second_.Keep(Erasure("k", {"bob"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST_P(KeyGenerations, AKeyIsOneRequestOfEachAccount) {
  const auto at = [](const std::string& account) {
    NewRequest request = Erasure("k", {"ann"});
    request.account = account;
    return request;
  };
  std::map<std::string, RequestId> ids;
  for (const std::string account : {"acme", "globex"}) ids[account] = first_.Keep(at(account))->id;
  for (const std::string account : {"globex", "acme"}) {
    const auto repeat = second_.Keep(at(account));
    ASSERT_TRUE(repeat) << repeat.error().message;
    EXPECT_EQ(repeat->id, ids[account]);
  }
  const auto other = second_.Keep(at("initech"));
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_FALSE(other->repeated);
  EXPECT_EQ(first_.Keep(at("initech"))->id, other->id);
  EXPECT_EQ(Number(database_, "select count(*) from request"), 3);
}

TEST_P(KeyGenerations, AnErasureWaitsForAnEarlierDemerge) {
  ASSERT_TRUE(first_.Keep(Demerge("d", {"ann"})));
  ASSERT_TRUE(second_.Keep(Erasure("e", {"ann"})));
  for (Replica* replica : {&first_, &second_}) EXPECT_FALSE(replica->Take(kErase));
  EXPECT_TRUE(first_.Take(kDemerge));
}

TEST_P(KeyGenerations, ADemergeWaitsForAnErasureThatIsBeingSent) {
  ASSERT_TRUE(first_.Keep(Erasure("e", {"ann"})));
  ASSERT_TRUE(first_.Take(kErase));
  ASSERT_TRUE(second_.Keep(Demerge("d", {"ann"})));
  for (Replica* replica : {&second_, &first_}) EXPECT_FALSE(replica->Take(kDemerge));
}

TEST_P(KeyGenerations, AnErasureIsWarnedOfAnEarlierDemerge) {
  ASSERT_TRUE(first_.Keep(Demerge("d", {"ann"})));
  const auto erasure = second_.Keep(Erasure("e", {"bob", "ann"}));
  ASSERT_TRUE(erasure);
  EXPECT_EQ(erasure->unlinked_count, 1);
  for (Replica* replica : {&first_, &second_}) {
    EXPECT_EQ(replica->store.requests().Get("acme", erasure->id)->unlinked_count, 1);
  }
}

TEST_P(KeyGenerations, RivalsKeepEachKeyOnce) {
  constexpr int kRounds = 8;
  constexpr int kKeys = 150;
  std::barrier together(2);
  std::mutex mutex;
  std::map<std::string, std::set<RequestId>> ids;
  std::map<std::string, int> winners;
  const auto run = [&](Replica& replica, unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < kRounds; ++round) {
      std::vector<std::string> keys = People(kKeys, std::to_string(round) + "/");
      std::shuffle(keys.begin(), keys.end(), random);
      std::vector<std::pair<std::string, std::future<Result<Admission>>>> answers;
      together.arrive_and_wait();
      for (const std::string& key : keys) {
        for (const std::string account : {"acme", "globex"}) {
          NewRequest request = Erasure(key, {"user-" + key});
          request.account = account;
          answers.emplace_back(account + key, Start(replica.store.requests(), std::move(request)));
        }
      }
      for (auto& [name, coming] : answers) {
        const auto answer = coming.get();
        EXPECT_TRUE(answer) << answer.error().message;
        if (!answer) continue;
        const std::lock_guard lock(mutex);
        ids[name].insert(answer->id);
        winners[name] += answer->repeated ? 0 : 1;
      }
    }
  };
  {
    std::jthread one([&] { run(first_, 1); });
    std::jthread two([&] { run(second_, 2); });
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(2 * kRounds * kKeys));
  for (const auto& [key, distinct] : ids) EXPECT_EQ(distinct.size(), 1U) << key;
  for (const auto& [key, count] : winners) EXPECT_EQ(count, 1) << key;
  EXPECT_EQ(Number(database_, "select count(*) from request"), 2 * kRounds * kKeys);
  EXPECT_EQ(Number(database_,
                   "select count(*) from (select from idempotency_key k left join request r "
                   "on r.id = k.request_id where r.id is null) lost"),
            0);
}

INSTANTIATE_TEST_SUITE_P(, KeyGenerations,
                         testing::Values(Rings{"Same", {1}, {1}}, Rings{"OldThenBoth", {1}, {2, 1}},
                                         Rings{"BothThenOld", {2, 1}, {1}},
                                         Rings{"BothInAnyOrder", {1, 2}, {2, 1}},
                                         Rings{"BothThenNew", {2, 1}, {2}},
                                         Rings{"NewThenBoth", {2}, {2, 1}},
                                         Rings{"TwoThenThree", {2, 1}, {3, 2, 1}},
                                         Rings{"ThreeThenTwo", {3, 2, 1}, {2, 1}}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace lethe::store
