#include <gtest/gtest.h>

#include "integration/store/world.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

class UnreadableBatch : public testing::Test {
 protected:
  UnreadableBatch() {
    EXPECT_TRUE(queue_.RegisterAccounts().ok());
    database_.SetClock(clock_.Now());
    // One envelope each: a full one, so that the next request opens another.
    EXPECT_TRUE(Submit(store_.requests(), Erasure("first", People(100, "a-"))).ok());
    EXPECT_TRUE(Submit(store_.requests(), Erasure("second", People(100, "b-"))).ok());
  }

  std::string TakeFailsWith(PgDeliveryQueue& queue) {
    const auto taken = queue.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
    return taken.ok() ? "" : taken.error().reason;
  }

  std::string OldestBatch(const std::string& column) {
    const auto row =
        database_.Run("select " + column + " from batch order by envelope, lo limit 1");
    return row[0][0].c_str();
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(UnreadableBatch, WithABrokenSealNeedsReviewAndTheNextGoesAhead) {
  database_.Run(
      "update request_item set sealed = set_byte(sealed, length(sealed) - 1, "
      "get_byte(sealed, length(sealed) - 1) # 1) "
      "where (envelope, pos) = (select min(envelope), 7 from batch)");
  EXPECT_EQ(TakeFailsWith(queue_), "SEAL_BROKEN");
  EXPECT_EQ(OldestBatch("state || ' ' || reason"), "needs_review seal_broken");
  EXPECT_EQ(TakeFailsWith(queue_), "");
}

TEST_F(UnreadableBatch, UnderAMissingKeyIsTriedAgainWhenTheKeyIsBack) {
  const auto text = crypto::KeyRing::GenerateFile();
  const auto seal_line = text.find("seal 1 ");
  ASSERT_NE(seal_line, std::string::npos);
  const auto other_keys =
      crypto::KeyRing::Parse(std::string(text).replace(seal_line, 7, "seal 2 "));
  ASSERT_TRUE(other_keys.ok());
  PgDeliveryQueue without_key("other", Accounts(), *other_keys, store_.pool());
  EXPECT_EQ(TakeFailsWith(without_key), "UNKNOWN_KEY");
  EXPECT_EQ(OldestBatch("state || ' ' || reason || ' ' || attempt_count"), "ready unknown_key 0");

  // Meanwhile it does not hold up the second batch.
  EXPECT_EQ(TakeFailsWith(queue_), "");
  database_.SetClock(clock_.Now() + 1min);
  const auto taken = queue_.TakeBatch({.route = kErase, .linger = 0ms, .lease = 30s});
  ASSERT_TRUE(taken.ok() && taken->has_value());
  EXPECT_EQ((*taken)->identifiers.front(), Identifier("a-0"));
}

}  // namespace
}  // namespace lethe::store
