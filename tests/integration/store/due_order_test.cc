#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "integration/store/world.h"
#include "lethe/urgency.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

/// A thousand full calls that wait, all due in a month.
constexpr int kBacklog = 1'000;

TEST(DueOrder, ARequestDueInAnHourIsAmongTheNextFourClaimsBehindAHundredThousand) {
  FakeClock clock;
  TestDatabase database;
  test::PgStore store{database, clock};
  MakePartitions(database);
  PgDeliveryQueue queue("test", Accounts(), store.keys(), store.pool());
  ASSERT_TRUE(queue.RegisterAccounts().ok());
  const auto submit = [&](const std::string& key, const std::vector<std::string>& people,
                          std::optional<TimePoint> due_time) {
    NewRequest request = Erasure(key, people);
    request.due_time = due_time;
    request.due_by_law = {.term = {.months = 1}, .zone = TimeZone::Find("UTC").value()};
    const auto admission = Submit(store.requests(), std::move(request));
    EXPECT_TRUE(admission.ok());
    return admission.ok() ? admission->id : RequestId{};
  };
  // The rows that a backlog is made of; their items play no part before they are claimed.
  submit("first", People(100), {});
  database.Run(
      "insert into request_item select b.envelope - n, i.request_id, i.pos, i.ordinal, i.sealed, "
      "i.digest from batch b join request_item i using (envelope), generate_series(980, 999) n");
  database.Run(
      "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, urgency, "
      "due_at) select envelope - n, lo, hi, account, operation, kind, state, opened_at, urgency, "
      "due_at from batch, generate_series(1, " +
      std::to_string(kBacklog - 1) + ") n");
  const RequestId urgent = submit("last", {"ann"}, clock.Now() + 1h);
  const auto view = store.requests().Get("acme", urgent);
  ASSERT_TRUE(view.ok());
  const std::int64_t envelope = Number(
      database, "select first_envelope from request where id = " + std::to_string(ToInt(urgent)));

  std::vector<std::int64_t> claimed;
  for (int i = 0; i < kOldestEvery; ++i) {
    const auto claim = queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
    ASSERT_TRUE(claim.ok() && *claim) << i;
    claimed.push_back(ToInt((*claim)->envelope));
    ASSERT_TRUE(queue.Release(**claim).ok());
    database.Run("update batch set not_before = lethe_now() + interval '1 hour' where envelope = " +
                 std::to_string(claimed.back()));
  }
  EXPECT_NE(std::ranges::find(claimed, envelope), claimed.end());
  EXPECT_EQ(Number(database, "select count(*) from batch where urgency = 2"), kBacklog);
}

}  // namespace
}  // namespace lethe::store
