#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "integration/store/world.h"

namespace lethe::store {
namespace {

TEST(RivalCommitters, KeepEachKeyOnceHoweverTheirKeysCross) {
  constexpr int kRounds = 20;
  constexpr int kKeys = 400;
  const FakeClock clock;
  const TestDatabase database;
  MakePartitions(database);
  struct Process {
    explicit Process(const TestDatabase& at, const Clock& now, const std::string& name)
        : committer(Options(at.source(), flushes, name), now) {}
    Flushes flushes;
    Committer committer;
  };

  std::barrier together(2);
  std::mutex mutex;
  std::map<std::string, std::set<RequestId>> ids;
  std::map<std::string, int> winners;
  const auto run = [&](Process& process, unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < kRounds; ++round) {
      std::vector<std::string> keys = People(kKeys, std::to_string(round) + "/");
      std::shuffle(keys.begin(), keys.end(), random);
      std::vector<std::future<Result<Admission>>> answers;
      together.arrive_and_wait();
      for (const std::string& key : keys) {
        answers.push_back(Start(process.committer, Sealed(key, 1 + key.size() % 3)));
      }
      for (int i = 0; i < kKeys; ++i) {
        const Result<Admission> answer = answers[i].get();
        EXPECT_TRUE(answer.ok());
        if (!answer.ok()) continue;
        const std::lock_guard lock(mutex);
        ids[keys[i]].insert(answer->id);
        winners[keys[i]] += answer->repeated ? 0 : 1;
      }
    }
  };
  {
    Process one(database, clock, "one");
    Process two(database, clock, "two");
    {
      std::jthread first([&] { run(one, 1); });
      std::jthread second([&] { run(two, 2); });
    }
    for (const Process* process : {&one, &two}) {
      for (const FlushReport& report : process->flushes.reports()) EXPECT_TRUE(report.committed);
    }
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kRounds * kKeys));
  for (const auto& [key, distinct] : ids) EXPECT_EQ(distinct.size(), 1U) << key;
  for (const auto& [key, count] : winners) EXPECT_EQ(count, 1) << key;
  EXPECT_EQ(Number(database,
                   "select deadlocks from pg_stat_database "
                   "where datname = current_database()"),
            0);
  ExpectSound(database);
}

// Were the tallies first, two flushes could wait for each other: one for a key, one for a tally.
TEST(RivalCommitters, WaitForAKeyBeforeTheyHoldATally) {
  const FakeClock clock;
  const TestDatabase database;
  MakePartitions(database);
  Flushes flushes;
  Committer committer(Options(database.source(), flushes), clock);
  ASSERT_TRUE(Submit(committer, Sealed("before")).ok());

  pqxx::connection session(database.url());
  pqxx::work rival(session);
  rival.exec(
      "insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time) "
      "values ('anonymous', 'k', 1, 'payload', now())");
  auto answer = Start(committer, Sealed("k"));
  ASSERT_TRUE(Eventually(
      [&] { return Number(database, "select count(*) from pg_locks where not granted") == 1; }));
  EXPECT_EQ(rival.exec("select from accepted_tally for update nowait").size(), 1U);
  rival.abort();
  EXPECT_TRUE(answer.get().ok());
}

}  // namespace
}  // namespace lethe::store
