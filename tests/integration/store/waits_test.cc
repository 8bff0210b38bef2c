#include "store/delivery/waits.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "integration/store/world.h"
#include "store/reading/database_time.h"
#include "store/reading/snapshot.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

/// A database whose clock goes back.
class Waits : public testing::Test {
 protected:
  Waits() {
    SetClocks(0ms);
    EXPECT_TRUE(queue_.RegisterAccounts().ok());
  }

  void SetClocks(milliseconds since_start) {
    clock_.Advance(since_start - clock_.Monotonic());
    database_.SetClock(clock_.Now());
  }
  int Bound(milliseconds lease = 90s, milliseconds rest = 1min) {
    return BoundWaits(*Connect(database_.source()), lease, rest);
  }
  /// In seconds from now; -1: null.
  std::int64_t From(const std::string& column, const std::string& where) {
    return Number(database_, "select coalesce(extract(epoch from " + column +
                                 " - lethe_now())::bigint, -1) from " + where);
  }
  std::optional<Claim> Take() {
    return queue_.TakeBatch({.route = kErase, .linger = 2s, .lease = 90s}).value();
  }
  /// A request of two whose batch was called once and is held since.
  void AskAndHold(OutcomeClass outcome, Transition held) {
    Ask("a");
    SetClocks(2s);
    const auto claim = Take();
    ASSERT_TRUE(claim);
    held.span = claim->facts.span;
    held.to = BatchState::kHeld;
    ASSERT_TRUE(queue_.Record(*claim, {.outcome = outcome}, {.transitions = {held}}).ok());
  }
  void Ask(const std::string& key) {
    ASSERT_TRUE(Submit(store_.requests(), Erasure(key, People(2, key))).ok());
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", Accounts(), store_.keys(), store_.pool()};
};

TEST_F(Waits, ALeaseEndsOneLeaseFromNow) {
  SetClocks(1h);
  Ask("a");
  SetClocks(1h + 2s);
  ASSERT_TRUE(Take());
  SetClocks(0ms);
  ASSERT_EQ(From("lease_until", "slot where holder is not null"), 3692);
  EXPECT_FALSE(queue_.TakeAbandoned(90s).value());
  Bound();
  EXPECT_EQ(From("lease_until", "slot where holder is not null"), 90);
  EXPECT_EQ(Number(database_,
                   "select count(*) from slot where holder is null and "
                   "(lease_until is not null or cool_down_until is not null)"),
            0);
  SetClocks(90s - 1ms);
  EXPECT_FALSE(queue_.TakeAbandoned(90s).value()) << "its sender may be alive";
  SetClocks(90s);
  EXPECT_TRUE(queue_.TakeAbandoned(90s).value());
}

TEST_F(Waits, ARestOfASlotAndTheDelayOfItsBatchAreCut) {
  SetClocks(1h);
  Ask("a");
  SetClocks(1h + 2s);
  const auto claim = Take();
  ASSERT_TRUE(claim);
  const Transition again{.span = claim->facts.span,
                         .to = BatchState::kReady,
                         .reason = "throttled",
                         .not_before = clock_.Now() + 10min};
  ASSERT_TRUE(queue_
                  .Record(*claim, {.outcome = OutcomeClass::kThrottled},
                          {.transitions = {again}, .slot_cool_down = 10min})
                  .ok());
  SetClocks(0ms);
  Bound();
  EXPECT_EQ(From("cool_down_until", "slot where cool_down_until is not null"), 60);
  EXPECT_EQ(From("not_before", "batch"), 60);
  EXPECT_EQ(From("opened_at", "batch"), 0);
  SetClocks(1min);
  EXPECT_TRUE(Take());
}

TEST_F(Waits, AnAcceptanceThatLiesInTheFutureVouchesForNothing) {
  database_.Run("update slot set accepted_at = lethe_now() + interval '1 hour' where number = 1");
  database_.Run("update slot set accepted_at = lethe_now() where number = 2");
  Bound();
  EXPECT_EQ(Number(database_,
                   "select count(*) from slot where accepted_at is not null and "
                   "number = 1"),
            0);
  EXPECT_GT(Number(database_,
                   "select count(*) from slot where accepted_at is not null and "
                   "number = 2"),
            0);
}

TEST_F(Waits, TheProbeOfABlockedAccountIsCutUnlessAnOperatorEndsTheBlock) {
  const auto block = [this](const std::string& resume, const std::string& probe_at) {
    database_.Run(
        "update account_state set blocked_since = lethe_now(), blocked_reason = 'x', "
        "resume_by = '" +
        resume + "', probe_at = " + probe_at + " where account = 'acme'");
  };
  block("connect", "lethe_now() + interval '70 minutes'");
  Bound();
  EXPECT_EQ(From("probe_at", "account_state"), 60);
  block("operator", "timestamptz 'infinity'");
  Bound();
  EXPECT_EQ(Number(database_, "select (probe_at = 'infinity')::int from account_state"), 1);
}

TEST_F(Waits, TheProbeOfABlockedRouteIsCutUnlessAnOperatorEndsTheBlock) {
  const auto block = [this](const std::string& api, const std::string& resume,
                            const std::string& probe_at) {
    database_.Run(
        "insert into route_block (account, api, blocked_since, blocked_reason, resume_by, "
        "probe_at, "
        "probe_count) values ('acme', '" +
        api + "', lethe_now(), 'x', '" + resume + "', " + probe_at + ", 1)");
  };
  block("delete", "batch", "lethe_now() + interval '70 minutes'");
  block("demerge", "operator", "timestamptz 'infinity'");
  Bound();
  EXPECT_EQ(From("probe_at", "route_block where api = 'delete'"), 60);
  EXPECT_EQ(Number(database_,
                   "select (probe_at = 'infinity')::int from route_block where api = 'demerge'"),
            1);
}

TEST_F(Waits, WhatControlCallsWaitForIsCutAndAnAcceptedOneOfTheFutureVouchesForNothing) {
  database_.Run(
      "update slot set control_at = lethe_now() + interval '70 minutes', "
      "control_accepted_at = lethe_now() + interval '1 hour', failures = 3, "
      "failed_at = lethe_now() + interval '1 hour' where number = 1");
  Bound();
  EXPECT_EQ(From("max(control_at)", "slot"), 60);
  EXPECT_EQ(Number(database_, "select count(control_accepted_at) from slot"), 0);
  EXPECT_EQ(From("max(failed_at)", "slot"), 0);
}

TEST_F(Waits, ARefusedIdentifierIsTriedAgainWithinTheMinute) {
  AskAndHold(OutcomeClass::kRefused, {.span = {},
                                      .reason = "refused_unconfirmed",
                                      .not_before = clock_.Now() + 1h,
                                      .refused_since = clock_.Now(),
                                      .lone_refusals = 1});
  Bound();
  EXPECT_EQ(From("not_before", "batch"), 60);
}

TEST_F(Waits, NothingThatIsDueAsItShouldBeIsTouched) {
  Ask("a");
  SetClocks(2s);
  ASSERT_TRUE(Take());
  Ask("b");
  EXPECT_EQ(Bound(), 0);
}

TEST_F(Waits, TheAgeOfTheOldestBatchIsNeverNegative) {
  SetClocks(1h);
  Ask("a");
  SetClocks(0ms);
  const QueueSnapshot snapshot = TakeSnapshot(*Connect(database_.source()));
  ASSERT_EQ(snapshot.waiting.size(), 1U);
  EXPECT_EQ(snapshot.waiting[0].oldest_age, 0ms);
}

TEST_F(Waits, AnEnvelopeTakesRequestsForAnHourAtMost) {
  const auto batches = [this] { return Number(database_, "select count(*) from batch"); };
  Ask("a");
  SetClocks(59min);
  Ask("b");
  EXPECT_EQ(batches(), 1);
  SetClocks(61min);
  Ask("c");
  EXPECT_EQ(batches(), 2);
}

TEST_F(Waits, ATimeFarFromTheDatabasesIsRefusedAndTheNextRequestIsKept) {
  Ask("a");
  clock_.Advance(150 * 24h);
  const auto refused = Submit(store_.requests(), Erasure("b", People(1)));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(Number(database_, "select count(*) from request"), 1);

  SetClocks(1s);
  EXPECT_TRUE(Submit(store_.requests(), Erasure("b", People(1))).ok());
  EXPECT_EQ(ReadDatabaseTime(*Connect(database_.source())), clock_.Now());
}

TEST_F(Waits, ForALookEndWhereTheAccountLooksNobodyUp) {
  AskAndHold(OutcomeClass::kUnknown,
             {.span = {}, .reason = "look_before_repeat", .unknown_since = clock_.Now()});
  std::vector<Account> verifying = Accounts();
  verifying[0].verification.share = 1;
  PgDeliveryQueue looks_up("test", verifying, store_.keys(), store_.pool());
  ASSERT_TRUE(looks_up.ReleaseHeld(10).ok());
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'held'"), 1);
  ASSERT_TRUE(queue_.ReleaseHeld(10).ok());
  EXPECT_EQ(Number(database_,
                   "select count(*) from batch where state = 'needs_review' and "
                   "reason = 'unknown_outcome' and unknown_since is not null"),
            1);
}

}  // namespace
}  // namespace lethe::store
