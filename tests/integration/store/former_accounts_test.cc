#include "store/accounts/former_accounts.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "integration/store/world.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;

Account Named(const std::string& name, const std::string& zone = "Asia/Kolkata") {
  return {.name = name,
          .base_url = "https://in1.api.clevertap.com",
          .account_id = name,
          .passcode_file = "",
          .hours = {TimeZone::Find(zone).value()}};
}

auto LeftOver(const std::string& account, int unfinished, int in_review) {
  return AllOf(Field("account", &LeftBehind::account, account),
               Field("unfinished", &LeftBehind::unfinished, unfinished),
               Field("in_review", &LeftBehind::in_review, in_review));
}

/// A database that has known more accounts than the configuration of today.
class FormerAccounts : public testing::Test {
 protected:
  void Register(const std::vector<Account>& accounts) {
    ASSERT_TRUE(
        PgDeliveryQueue("test", accounts, store_.keys(), store_.pool()).RegisterAccounts().ok());
  }

  /// A batch of `items` identifiers.
  void Add(const std::string& account, int items, const std::string& state) {
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    work.exec_params(
        "insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, "
        "accepted_at, window_end, finished_at, review_since) "
        "select $1, 0, $2, $3, 'erasure', 'identity', s, "
        "case when s in ('rejected', 'needs_review', 'cancelled') then 'x' end, t, "
        "case when s in ('accepted', 'done') then t end, "
        "case when s in ('accepted', 'done') then t end, "
        "case when s in ('done', 'rejected', 'cancelled') then t end, "
        "case when s = 'needs_review' then t end from (select $4::text as s, lethe_now() as t) b",
        ++last_envelope_, items - 1, account, state);
    work.commit();
  }

  std::vector<LeftBehind> Find(const std::vector<Account>& configured) {
    const auto connection = Connect(database_.source());
    pqxx::work work(*connection);
    return FindLeftBehind(work, configured);
  }

  std::string ZoneOf(const std::string& account) {
    const auto hours = FindHours(store_.pool(), account).value();
    return hours ? hours->zone.name() : "none";
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  std::int64_t last_envelope_ = IdFloor(clock_.Now());
};

TEST_F(FormerAccounts, KeepTheTimeZoneThatTheyWereConfiguredWithLast) {
  Register({Named("shop", "Asia/Kolkata"), Named("gone", "America/New_York")});
  Register({Named("shop", "Europe/Berlin")});
  EXPECT_EQ(ZoneOf("gone"), "America/New_York");
  EXPECT_EQ(ZoneOf("shop"), "Europe/Berlin");
}

TEST_F(FormerAccounts, AreReadInUtcWhereTheirTimeZoneIsNotKnown) {
  const std::string utc = TimeZone::Find("UTC")->name();
  Register({Named("gone")});
  database_.Run("update account_state set time_zone = 'Mars/Olympus_Mons'");
  EXPECT_EQ(ZoneOf("gone"), utc) << "a database of time zones may lack what an earlier one had";
  database_.Run("update account_state set time_zone = null");
  EXPECT_EQ(ZoneOf("gone"), utc) << "it was configured before time zones were kept";
}

TEST_F(FormerAccounts, AreNotThoseThatWereNeverConfigured) {
  Register({Named("shop")});
  EXPECT_EQ(ZoneOf("gone"), "none");
}

TEST_F(FormerAccounts, LeaveBehindWhatIsUnfinishedAndOfThatSomeInReview) {
  Register({Named("shop"), Named("zeta"), Named("gone"), Named("over")});
  for (const char* account : {"shop", "zeta", "gone"}) {
    for (const char* state : {"open", "ready", "accepted"}) Add(account, 10, state);
  }
  Add("gone", 3, "needs_review");
  Add("gone", 2, "needs_review");
  for (const char* account : {"gone", "over"}) {
    for (const char* state : {"done", "rejected", "cancelled"}) Add(account, 100, state);
  }
  EXPECT_THAT(Find({Named("shop")}), ElementsAre(LeftOver("gone", 35, 5), LeftOver("zeta", 30, 0)));
  EXPECT_THAT(Find({Named("shop"), Named("zeta"), Named("gone")}), testing::IsEmpty());
}

}  // namespace
}  // namespace lethe::store
