#include "store/keys/ring_register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "integration/store/world.h"
#include "support/key_rings.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using test::RingFile;
using testing::HasSubstr;

class RingRegister : public testing::Test {
 protected:
  /// The refusal of this ring; nothing if it is admitted.
  std::string Refusal(const std::string& file) {
    const auto connection = Connect(database_.source());
    const Status admitted = AdmitRing(*connection, crypto::KeyRing::Parse(file).value());
    return admitted.ok() ? "" : admitted.error().message;
  }

  void Keep(const std::string& file, const std::string& key) {
    test::PgStore store(database_, clock_, {.holder = key, .key_file = file});
    ASSERT_TRUE(Submit(store.requests(), Erasure(key, {"ann"})).ok());
  }

  void Finish() {
    database_.Run("update batch set state = 'cancelled', reason = 'over', finished_at = now()");
  }

  bool Retired(const std::string& kind, int number) {
    return Number(database_,
                  "select (retired_at is not null)::int from key_generation where kind = '" + kind +
                      "' and number = " + std::to_string(number)) != 0;
  }

  FakeClock clock_;
  TestDatabase database_;
};

TEST_F(RingRegister, AdmitsRingsThatDifferForAWhile) {
  for (const auto& file : {RingFile({1}, {1}), RingFile({1}, {2, 1}), RingFile({1}, {1}),
                           RingFile({1, 2}, {2, 1}), RingFile({1}, {2, 1})}) {
    EXPECT_EQ(Refusal(file), "");
  }
}

TEST_F(RingRegister, RefusesAnotherKeyUnderAKnownNumber) {
  EXPECT_EQ(Refusal(crypto::KeyRing::GenerateFile()), "");
  EXPECT_THAT(Refusal(crypto::KeyRing::GenerateFile()), HasSubstr("is another key than the one"));
}

TEST_F(RingRegister, RefusesTwoRingsThatShareNoMacKeyEvenWithoutRows) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  EXPECT_THAT(Refusal(RingFile({1}, {2})), HasSubstr("none of the mac keys"));
}

TEST_F(RingRegister, NeedsAMacKeyAsLongAsARequestHasNoOther) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  Finish();
  EXPECT_EQ(Refusal(RingFile({1}, {2, 1})), "");
  Keep(RingFile({1}, {2, 1}), "both");
  EXPECT_THAT(Refusal(RingFile({1}, {2})), HasSubstr("it lacks mac key 1, which rows"));
  EXPECT_FALSE(Retired("mac", 1));

  database_.Run("delete from request where id = (select min(id) from request)");
  EXPECT_EQ(Refusal(RingFile({1}, {2})), "");
  EXPECT_TRUE(Retired("mac", 1));
  EXPECT_EQ(Refusal(RingFile({1}, {2, 1})), "");
  EXPECT_FALSE(Retired("mac", 1));
}

TEST_F(RingRegister, NeedsASealKeyAsLongAsSomethingUnfinishedIsSealedWithIt) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  EXPECT_THAT(Refusal(RingFile({2}, {1})), HasSubstr("it lacks seal key 1, which rows"));
  Finish();
  EXPECT_EQ(Refusal(RingFile({2}, {1})), "");
  EXPECT_TRUE(Retired("seal", 1));
}

TEST_F(RingRegister, NeedsASealKeyForASecondLook) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  Finish();
  database_.Run("update batch set second_look_at = now()");
  EXPECT_THAT(Refusal(RingFile({2}, {1})), HasSubstr("it lacks seal key 1, which rows"));
}

TEST_F(RingRegister, NeedsASealKeyForTheDevicesThatACaptureFound) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  Finish();
  database_.Run(
      "insert into prior_profile (envelope, pos, device, found, object_id, captured_at) "
      "select envelope, pos, 0, true, sealed, now() from request_item");
  EXPECT_THAT(Refusal(RingFile({2}, {1})), HasSubstr("it lacks seal key 1, which rows"));
  database_.Run("delete from prior_profile");
  EXPECT_EQ(Refusal(RingFile({2}, {1})), "");
}

TEST_F(RingRegister, ARefusedRingLeavesNothingBehind) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  EXPECT_NE(Refusal(RingFile({2}, {2, 1})), "");
  EXPECT_EQ(Number(database_, "select count(*) from key_generation"), 2);
}

TEST_F(RingRegister, LooksAtEveryPageOfRows) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  EXPECT_EQ(Refusal(RingFile({1}, {2, 1})), "");
  // 12,000 requests of both generations before the one that has only the first.
  database_.Run(
      "update request set first_pos = 0; "
      "insert into request select id - n, account, operation, kind, principal, create_time, "
      "submit_time, due_time, item_count, duplicate_count, -1, 0, 1, false "
      "from request, generate_series(1, 12000) n");
  EXPECT_THAT(Refusal(RingFile({1}, {2})), HasSubstr("it lacks mac key 1"));
}

TEST_F(RingRegister, LooksAtEveryPageOfBatches) {
  EXPECT_EQ(Refusal(RingFile({1}, {1})), "");
  Keep(RingFile({1}, {1}), "old");
  // 12,000 that are over before the one that is not.
  database_.Run(
      "insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, "
      "finished_at) select envelope - n, 0, 0, account, operation, kind, 'cancelled', 'over', "
      "opened_at, opened_at from batch, generate_series(1, 12000) n");
  EXPECT_THAT(Refusal(RingFile({2}, {1})), HasSubstr("it lacks seal key 1"));
}

}  // namespace
}  // namespace lethe::store
