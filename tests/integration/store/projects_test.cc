#include "store/accounts/projects.h"

#include <gmock/gmock.h>

#include <set>

#include "integration/store/world.h"
#include "lethe/project.h"
#include "store/accounts/pg_call_slots.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/verification/pg_verification_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::HasSubstr;

Account Named(const std::string& name, const std::string& account_id,
              const std::string& base_url = "https://in1.api.clevertap.com") {
  return {.name = name,
          .base_url = base_url,
          .account_id = account_id,
          .passcode_file = "",
          .hours = {TimeZone::Find("Asia/Kolkata").value()},
          .concurrency = 2};
}

/// Configurations of one database.
class Projects : public testing::Test {
 protected:
  Projects() {
    database_.SetClock(clock_.Now());
    MakePartitions(database_);
  }

  Status Register(const std::vector<Account>& accounts) {
    return PgDeliveryQueue("test", accounts, store_.keys(), store_.pool()).RegisterAccounts();
  }
  Status Check(const std::vector<Account>& accounts) {
    const auto connection = Connect(database_.source());
    return CheckProjects(*connection, accounts);
  }

  /// From the first call on the database's clock stands still between two.
  void Advance(milliseconds by) {
    clock_.Advance(by);
    database_.SetClock(clock_.Now());
  }

  /// Batches of one identifier each.
  void AddBatches(const std::string& account, int count, Operation operation) {
    const std::string envelope = std::to_string(last_envelope_ + 1);
    last_envelope_ += count;
    pqxx::connection connection(database_.url());
    pqxx::work work(connection);
    const std::string kind = operation == Operation::kDisassociation ? "phone" : "identity";
    for (int i = 0; i < count; ++i) {
      const std::int64_t id = std::stoll(envelope) + i;
      work.exec_params(
          "insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at) "
          "values ($1, 0, 0, $2, $3, $4, 'ready', lethe_now())",
          id, account, std::string(Name(operation)), kind);
      work.exec_params(
          "insert into request_item (envelope, request_id, pos, ordinal, sealed, digest) "
          "values ($1, $1, 0, 0, $2, $3)",
          id, pqxx::binarystring(store_.keys().Seal(Identifier("u" + std::to_string(id)), account)),
          pqxx::binarystring(
              store_.keys().OldestMac(crypto::MacPurpose::kIdentifier, "u" + std::to_string(id))));
    }
    work.commit();
  }

  std::string SlotsOf(const std::string& account) {
    return database_
        .Run("select coalesce(slots_of, '') from account_state where account = '" + account +
             "'")[0][0]
        .c_str();
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  std::int64_t last_envelope_ = IdFloor(clock_.Now());
};

TEST_F(Projects, AnAccountIsBoundWhenItIsFirstSeen) {
  ASSERT_TRUE(Register({Named("shop", "test-1")}).ok());
  const auto row =
      database_.Run("select project_host, project_id, slots_of, time_zone from account_state")[0];
  EXPECT_STREQ(row[0].c_str(), "in1.api.clevertap.com");
  EXPECT_STREQ(row[1].c_str(), "TEST-1");
  EXPECT_STREQ(row[2].c_str(), "shop");
  EXPECT_STREQ(row[3].c_str(), "Asia/Kolkata");
  EXPECT_TRUE(Register({Named("shop", "TEST-1", "https://IN1.api.clevertap.com:443")}).ok());
}

TEST_F(Projects, AnAccountOfTheVersionBeforeIsBoundToo) {
  database_.Run("insert into account_state (account) values ('shop')");
  database_.Run("insert into slot (account, api, number) values ('shop', 'delete', 1)");
  ASSERT_TRUE(Check({Named("shop", "TEST-1")}).ok());
  ASSERT_TRUE(Register({Named("shop", "TEST-1")}).ok());
  EXPECT_EQ(SlotsOf("shop"), "shop");
  EXPECT_FALSE(Register({Named("shop", "TEST-9")}).ok());
}

TEST_F(Projects, AnotherProjectUnderTheSameNameIsRefusedAndNothingIsRegistered) {
  ASSERT_TRUE(Register({Named("shop", "TEST-1")}).ok());
  for (const Account& other :
       {Named("shop", "TEST-9"), Named("shop", "TEST-1", "https://sg1.api.clevertap.com")}) {
    for (const Status& refused :
         {Register({Named("new", "TEST-2"), other}), Check({Named("new", "TEST-2"), other})}) {
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
      EXPECT_EQ(refused.error().reason, "PROJECT_CHANGED");
      EXPECT_THAT(
          refused.error().message,
          HasSubstr("account shop is bound to the project TEST-1 at in1.api.clevertap.com"));
      EXPECT_THAT(refused.error().message,
                  HasSubstr("the configuration says " + ToText(ProjectOf(other))));
    }
  }
  EXPECT_EQ(Number(database_, "select count(*) from account_state"), 1);
  EXPECT_TRUE(Check({Named("shop", "TEST-1")}).ok());
}

TEST_F(Projects, ASecondNameOfAProjectUsesTheSlotsOfTheFirst) {
  ASSERT_TRUE(Register({Named("shop", "TEST-1")}).ok());
  ASSERT_TRUE(Register({Named("store", "TEST-1")}).ok());
  ASSERT_TRUE(Register({Named("third", "TEST-1"), Named("other", "TEST-2")}).ok());
  EXPECT_EQ(SlotsOf("store"), "shop");
  EXPECT_EQ(SlotsOf("third"), "shop");
  EXPECT_EQ(SlotsOf("other"), "other");
  EXPECT_EQ(Number(database_, "select count(distinct account) from slot"), 2);
}

TEST_F(Projects, TwoConfigurationsOfOneProjectNeverExceedItsCalls) {
  const std::vector<Account> first{Named("shop", "TEST-1")};
  const std::vector<Account> second{Named("store", "TEST-1")};
  PgDeliveryQueue shop("one", first, store_.keys(), store_.pool());
  PgDeliveryQueue store("two", second, store_.keys(), store_.pool());
  ASSERT_TRUE(shop.RegisterAccounts().ok());
  ASSERT_TRUE(store.RegisterAccounts().ok());
  for (const Operation operation : kAll<Operation>) {
    AddBatches("shop", 3, operation);
    AddBatches("store", 3, operation);
    const auto take = [&](PgDeliveryQueue& queue, const std::string& account) {
      const Route route{account, operation};
      auto taken = queue.TakeBatch({.route = route, .linger = 0s, .lease = 30s});
      EXPECT_TRUE(taken.ok()) << taken.error().message;
      return taken.ok() ? *std::move(taken) : std::nullopt;
    };
    const auto claim = take(shop, "shop");
    ASSERT_TRUE(claim) << Name(operation);
    ASSERT_TRUE(take(store, "store")) << Name(operation);
    EXPECT_FALSE(take(shop, "shop")) << Name(operation);
    EXPECT_FALSE(take(store, "store")) << Name(operation);

    PgCallSlots calls("one", second, store_.pool());
    const auto offer = calls.Lease({.route = {"store", operation}, .lease = 30s});
    ASSERT_TRUE(offer.ok());
    EXPECT_FALSE(offer->lease);

    ASSERT_TRUE(shop.Release(*claim).ok());
    const auto leased = calls.Lease({.route = {"store", operation}, .lease = 30s});
    ASSERT_TRUE(leased.ok());
    ASSERT_TRUE(leased->lease) << Name(operation);
    EXPECT_FALSE(take(shop, "shop")) << Name(operation);
    ASSERT_TRUE(calls.Free(*leased->lease, {}).ok());
    EXPECT_TRUE(take(store, "store")) << "of the other name";
  }
}

TEST_F(Projects, ControlCallsOfTwoNamesUseTheSameSlotsAndWaitForOneAnother) {
  Advance(0s);
  const std::vector<Account> first{Named("shop", "TEST-1")};
  const std::vector<Account> second{Named("store", "TEST-1")};
  ASSERT_TRUE(Register(first).ok());
  ASSERT_TRUE(Register(second).ok());
  PgCallSlots shop("one", first, store_.pool());
  PgCallSlots store("two", second, store_.pool());
  const Route of_shop{"shop", Operation::kErasure};
  const Route of_store{"store", Operation::kErasure};
  const auto lease = [](PgCallSlots& slots, const Route& route) {
    return slots.Lease({.route = route, .lease = 30s, .for_control = true}).value().lease;
  };
  const auto control = lease(store, of_store);
  ASSERT_TRUE(control);
  EXPECT_FALSE(lease(shop, of_shop)) << "one shows it for both";
  ASSERT_TRUE(store.Free(*control, {}).ok());
  EXPECT_FALSE(lease(shop, of_shop)) << "it is not due";
  Advance(1s);
  EXPECT_TRUE(lease(shop, of_shop));
}

TEST_F(Projects, ARefusalUnderTheSecondNameIsJudgedByTheCallsOfItsProject) {
  Advance(0s);
  const std::vector<Account> accounts{Named("store", "TEST-1")};
  ASSERT_TRUE(Register({Named("shop", "TEST-1")}).ok());
  PgDeliveryQueue store("two", accounts, store_.keys(), store_.pool());
  ASSERT_TRUE(store.RegisterAccounts().ok());
  const Route route{"store", Operation::kErasure};
  const auto take = [&] {
    AddBatches("store", 1, Operation::kErasure);
    return store.TakeBatch({.route = route, .linger = 0s, .lease = 30s}).value();
  };
  const auto evidence = [&] {
    const auto cases = store.RefusalCases({}).value();
    return cases.size() == 1 && cases[0].route == route ? cases[0].evidence : RefusalEvidence{};
  };
  const auto refused = take();
  ASSERT_TRUE(refused);
  const Plan held{.transitions = {{.span = refused->facts.span,
                                   .to = BatchState::kHeld,
                                   .reason = "refused_unconfirmed",
                                   .refused_since = clock_.Now(),
                                   .lone_refusals = 1}},
                  .taken = false};
  ASSERT_TRUE(store.Record(*refused, {.outcome = OutcomeClass::kRefused}, held).ok());
  EXPECT_EQ(evidence(),
            (RefusalEvidence{.unvouched = 1, .control_due = true, .refused_people = 1}));

  Advance(1s);
  const auto other = take();
  ASSERT_TRUE(other);
  EXPECT_TRUE(evidence().others_under_way);
  const Plan accepted{.transitions = {{.span = other->facts.span,
                                       .to = BatchState::kAccepted,
                                       .accepted_at = clock_.Now(),
                                       .window_end = clock_.Now()}},
                      .taken = true};
  ASSERT_TRUE(store.Record(*other, {.outcome = OutcomeClass::kAccepted}, accepted).ok());
  EXPECT_EQ(evidence(), (RefusalEvidence{.vouched = 1,
                                         .taken_lately = true,
                                         .mostly_taken = true,
                                         .control_due = true,
                                         .refused_people = 1}));

  PgCallSlots calls("two", accounts, store_.pool());
  ASSERT_TRUE(
      calls.Lease({.route = route, .lease = 30s, .for_control = true}).value().lease.has_value());
  EXPECT_FALSE(evidence().control_due) << "one was made lately";
}

TEST_F(Projects, WhatAnotherConfigurationLeavesBehindIsRescuedUnderItsNameAndNotTooSoon) {
  const std::vector<Account> first{Named("shop", "TEST-1")};
  const std::vector<Account> second{Named("store", "TEST-1")};
  PgDeliveryQueue shop("one", first, store_.keys(), store_.pool());
  PgDeliveryQueue store("two", second, store_.keys(), store_.pool());
  ASSERT_TRUE(shop.RegisterAccounts().ok());
  ASSERT_TRUE(store.RegisterAccounts().ok());
  AddBatches("store", 1, Operation::kErasure);
  const Route route{"store", Operation::kErasure};
  ASSERT_TRUE(store.TakeBatch({.route = route, .linger = 0s, .lease = 30s}).ok());
  clock_.Advance(31s);
  database_.SetClock(clock_.Now());
  EXPECT_FALSE(shop.TakeAbandoned(30s).value()) << "its own processes know its hours";
  clock_.Advance(10min);
  database_.SetClock(clock_.Now());
  const auto abandoned = shop.TakeAbandoned(30s);
  ASSERT_TRUE(abandoned.ok() && *abandoned);
  EXPECT_EQ((*abandoned)->route, route);
  const Plan plan{.transitions = {{.span = {0, 0}, .to = BatchState::kReady, .reason = "x"}}};
  EXPECT_EQ(shop.RecordAbandoned(**abandoned, plan).value(), Recorded::kApplied);
  EXPECT_EQ(Number(database_, "select count(*) from slot where holder is not null"), 0);
}

TEST_F(Projects, ACallOfTheVersionBeforeIsRescuedFromItsOwnSlot) {
  ASSERT_TRUE(Register({Named("shop", "TEST-1")}).ok());
  const std::vector<Account> second{Named("store", "TEST-1")};
  database_.Run("insert into account_state (account) values ('store')");
  database_.Run("insert into slot (account, api, number) values ('store', 'delete', 1)");
  PgDeliveryQueue before("before", second, store_.keys(), store_.pool());
  AddBatches("store", 1, Operation::kErasure);
  const Route route{"store", Operation::kErasure};
  const auto claim = before.TakeBatch({.route = route, .linger = 0s, .lease = 30s});
  ASSERT_TRUE(claim.ok() && *claim) << "an account that is not bound uses its own slots";
  EXPECT_EQ((*claim)->slots_of, "store");
  ASSERT_TRUE(Register(second).ok());
  clock_.Advance(31s);
  database_.SetClock(clock_.Now());
  PgDeliveryQueue after("after", second, store_.keys(), store_.pool());
  const auto abandoned = after.TakeAbandoned(30s);
  ASSERT_TRUE(abandoned.ok() && *abandoned);
  const Plan plan{.transitions = {{.span = {0, 0}, .to = BatchState::kReady, .reason = "x"}}};
  EXPECT_EQ(after.RecordAbandoned(**abandoned, plan).value(), Recorded::kApplied);
  EXPECT_EQ(Number(database_, "select count(*) from slot where holder is not null"), 0);
}

TEST_F(Projects, TwoNewNamesThatAreRegisteredAtOnceHaveOneSetOfSlots) {
  for (int round = 0; round < 10; ++round) {
    const std::string project = "TEST-" + std::to_string(round);
    const std::string a = "a" + std::to_string(round);
    const std::string b = "b" + std::to_string(round);
    auto one = std::async(std::launch::async, [&] { return Register({Named(a, project)}).ok(); });
    auto two = std::async(std::launch::async, [&] { return Register({Named(b, project)}).ok(); });
    ASSERT_TRUE(one.get());
    ASSERT_TRUE(two.get());
    EXPECT_EQ(SlotsOf(a), SlotsOf(b));
  }
}

}  // namespace
}  // namespace lethe::store
