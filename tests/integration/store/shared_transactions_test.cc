#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>
#include <vector>

#include "integration/store/world.h"
#include "store/delivery/attempt_recorder.h"
#include "store/delivery/batch_claimer.h"
#include "store/delivery/pg_delivery_queue.h"
#include "support/pg_store.h"

namespace lethe::store {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

const Route kGlobex{"globex", Operation::kErasure};
const Route kDemerge{"acme", Operation::kDemerge};

std::vector<Account> TwoAccounts() {
  std::vector<Account> accounts(2, Accounts().front());
  accounts[1].name = accounts[1].account_id = "globex";
  return accounts;
}

/// What callers get that claim, or end attempts, at the same time.
class SharedTransactions : public testing::Test {
 protected:
  SharedTransactions() {
    EXPECT_TRUE(queue_.RegisterAccounts().ok());
    database_.SetClock(clock_.Now());
  }

  /// A full envelope, so that the next request opens another.
  void SubmitHundred(const std::string& prefix, const Route& route = kErase) {
    NewRequest request = Erasure(prefix + std::string(Name(route.operation)), People(100, prefix));
    request.account = route.account;
    request.operation = route.operation;
    ASSERT_TRUE(Submit(store_.requests(), std::move(request)).ok());
  }

  static ClaimParams Params(const Route& route) {
    return {.route = route, .linger = 0ms, .lease = 30s};
  }

  std::vector<std::optional<BatchClaimer::Answer>> Take(const std::vector<Route>& routes) {
    std::vector<ClaimParams> params;
    for (const Route& route : routes) params.push_back(Params(route));
    std::vector<const ClaimParams*> callers;
    for (const ClaimParams& one : params) callers.push_back(&one);
    pqxx::work work(*connection_);
    auto answers = claimer_.ClaimForAll(work, callers);
    if (answers.wrote) work.commit();
    return std::move(answers.of_callers);
  }

  std::vector<Claim> TakeAll(const std::vector<Route>& routes) {
    std::vector<Claim> claims;
    for (auto& answer : Take(routes)) claims.push_back(answer.value().value().value());
    return claims;
  }

  static std::string FirstOf(const Claim& claim) { return claim.identifiers.front().Reveal(); }

  Plan Accepted(Span span) const {
    return {.transitions = {{.span = span,
                             .to = BatchState::kAccepted,
                             .accepted_at = clock_.Now(),
                             .window_end = clock_.Now() + 48h}},
            .account = AccountVerdict::kHealthy};
  }

  std::vector<Recorded> End(const std::vector<AttemptEnd>& ends) {
    std::vector<const AttemptEnd*> all;
    for (const AttemptEnd& end : ends) all.push_back(&end);
    pqxx::nontransaction work(*connection_);
    std::vector<Recorded> recorded;
    for (const auto& one : EndAttempts(work, all)) recorded.push_back(one.value());
    return recorded;
  }

  std::vector<std::string> Batches() {
    std::vector<std::string> batches;
    for (const auto& row :
         database_.Run("select account || ' ' || lo || '-' || hi || ' ' || state from batch "
                       "order by account, envelope, lo")) {
      batches.emplace_back(row[0].c_str());
    }
    return batches;
  }

  FakeClock clock_;
  TestDatabase database_;
  test::PgStore store_{database_, clock_};
  PgDeliveryQueue queue_{"test", TwoAccounts(), store_.keys(), store_.pool()};
  BatchClaimer claimer_{"test", TwoAccounts(), store_.keys()};
  std::unique_ptr<Session> connection_ = Connect(database_.source());
};

TEST_F(SharedTransactions, CallersOfOneRouteGetTheOldestBatchesWhileThereAreSlots) {
  for (const char* prefix : {"a-", "b-", "c-"}) SubmitHundred(prefix);
  const auto answers = Take({kErase, kErase, kErase});
  std::vector<std::string> first;
  std::vector<int> slots;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer && answer->ok());
    if (!answer->value()) continue;
    const Claim& claim = *answer->value();
    EXPECT_EQ(claim.identifiers.size(), 100U);
    first.push_back(FirstOf(claim));
    slots.push_back(claim.slot);
  }
  EXPECT_THAT(first, UnorderedElementsAre("a-0", "b-0"));
  EXPECT_THAT(slots, UnorderedElementsAre(1, 2));
  EXPECT_EQ(Number(database_, "select count(*) from attempt"), 2);
  EXPECT_EQ(Number(database_, "select count(*) from slot where lo is not null"), 2);
}

TEST_F(SharedTransactions, CallersOfTwoAccountsGetBatchesOfTheirOwn) {
  SubmitHundred("a-");
  SubmitHundred("g-", kGlobex);
  const auto claims = TakeAll({kGlobex, kErase});
  EXPECT_EQ(claims[0].route, kGlobex);
  EXPECT_EQ(FirstOf(claims[0]), "g-0");
  EXPECT_EQ(claims[1].route, kErase);
  EXPECT_EQ(FirstOf(claims[1]), "a-0");
}

TEST_F(SharedTransactions, NothingIsWrittenWhileNothingIsSendable) {
  SubmitHundred("a-");
  TakeAll({kErase});
  std::vector<ClaimParams> params{Params(kErase), Params(kGlobex)};
  pqxx::work work(*connection_);
  const auto answers =
      claimer_.ClaimForAll(work, std::vector<const ClaimParams*>{&params[0], &params[1]});
  EXPECT_FALSE(answers.wrote);
  for (const auto& answer : answers.of_callers) EXPECT_EQ(answer.value().value(), std::nullopt);
}

TEST_F(SharedTransactions, ACallerOfABlockedAccountIsServedAloneAndItsProbeIsNotSpent) {
  SubmitHundred("a-");
  SubmitHundred("g-", kGlobex);
  database_.Run(
      "update account_state set blocked_since = lethe_now(), blocked_reason = 'x', resume_by = "
      "'batch', probe_at = lethe_now() - interval '1 s' where account = 'acme'");
  const auto answers = Take({kErase, kGlobex});
  EXPECT_FALSE(answers[0].has_value());
  EXPECT_TRUE(answers[1].value().value().has_value());
  EXPECT_EQ(Number(database_, "select count(*) from account_state where probe_at < lethe_now()"),
            1);
  EXPECT_EQ(FirstOf(queue_.TakeBatch(Params(kErase)).value().value()), "a-0");
}

TEST_F(SharedTransactions, ACallerOfAnotherOperationIsServedAlone) {
  SubmitHundred("a-");
  SubmitHundred("a-", kDemerge);
  const auto answers = Take({kErase, kDemerge, kErase});
  EXPECT_TRUE(answers[0].value().value().has_value());
  EXPECT_FALSE(answers[1].has_value());
  EXPECT_EQ(answers[2].value().value(), std::nullopt);
  EXPECT_EQ(queue_.TakeBatch(Params(kDemerge)).value(), std::nullopt);
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'held'"), 1);
}

TEST_F(SharedTransactions, ABatchThatMustWaitLeavesItsSlotToTheNext) {
  SubmitHundred("a-", kDemerge);
  ASSERT_TRUE(queue_.TakeBatch(Params(kDemerge)).value());
  SubmitHundred("a-");
  SubmitHundred("b-");
  SubmitHundred("c-");
  std::vector<std::string> first;
  for (const Claim& claim : TakeAll({kErase, kErase})) first.push_back(FirstOf(claim));
  EXPECT_THAT(first, UnorderedElementsAre("b-0", "c-0"));
  EXPECT_EQ(Number(database_, "select count(*) from batch where state = 'held'"), 1);
}

TEST_F(SharedTransactions, ABatchThatCannotBeReadFailsItsCallerOnly) {
  SubmitHundred("a-");
  SubmitHundred("g-", kGlobex);
  database_.Run(
      "delete from request_item where pos = 99 and envelope = "
      "(select envelope from batch where account = 'acme')");
  const auto answers = Take({kErase, kGlobex});
  EXPECT_EQ(answers[0].value().error().reason, "ITEMS_MISSING");
  EXPECT_TRUE(answers[1].value().value().has_value());
  EXPECT_THAT(Batches(), ElementsAre("acme 0-99 needs_review", "globex 0-99 sending"));
}

TEST_F(SharedTransactions, ALockedAccountDoesNotHoldUpAnother) {
  SubmitHundred("a-");
  SubmitHundred("g-", kGlobex);
  const auto other = Connect(database_.source());
  pqxx::work lock(*other);
  lock.exec("select from account_state where account = 'acme' for update");
  auto locked_out =
      std::async(std::launch::async, [this] { return queue_.TakeBatch(Params(kErase)); });
  ASSERT_TRUE(Eventually([&] {
    return Number(database_,
                  "select count(*) from pg_stat_activity where wait_event_type = 'Lock'") == 1;
  }));
  EXPECT_EQ(FirstOf(queue_.TakeBatch(Params(kGlobex)).value().value()), "g-0");
  lock.abort();
  EXPECT_EQ(FirstOf(locked_out.get().value().value()), "a-0");
}

TEST_F(SharedTransactions, EveryAttemptEndsByItsOwnPlan) {
  for (const char* prefix : {"a-", "b-"}) SubmitHundred(prefix);
  for (const char* prefix : {"g-", "h-"}) SubmitHundred(prefix, kGlobex);
  std::vector<Claim> claims = TakeAll({kErase, kErase, kGlobex, kGlobex});
  const Plan accepted = Accepted({0, 99});
  Plan split = Accepted({0, 39});
  split.transitions.push_back({.span = {40, 99}, .to = BatchState::kReady, .reason = "throttled"});
  const VendorReply reply{.outcome = OutcomeClass::kAccepted, .http_status = 200};
  ++claims[2].epoch;  // another process took it over
  const auto recorded = End({{.claim = claims[0], .plan = accepted, .reply = &reply},
                             {.claim = claims[1], .plan = split, .reply = &reply},
                             {.claim = claims[2], .plan = accepted, .reply = &reply},
                             {.claim = claims[3], .plan = accepted, .reply = nullptr}});
  EXPECT_THAT(recorded, ElementsAre(Recorded::kApplied, Recorded::kApplied, Recorded::kFenced,
                                    Recorded::kApplied));
  EXPECT_THAT(Batches(),
              UnorderedElementsAre("acme 0-99 accepted", "acme 0-39 accepted", "acme 40-99 ready",
                                   "globex 0-99 sending", "globex 0-99 accepted"));
  EXPECT_EQ(Number(database_, "select count(*) from attempt where outcome_class = 'accepted'"), 3);
  EXPECT_EQ(Number(database_, "select count(*) from slot where lo is not null"), 1);
}

TEST_F(SharedTransactions, OnlyTheHealthyAccountIsServedAgain) {
  SubmitHundred("a-");
  SubmitHundred("g-", kGlobex);
  std::vector<Claim> claims = TakeAll({kErase, kGlobex});
  for (Claim& claim : claims) claim.probes = true;
  database_.Run(
      "update account_state set blocked_since = lethe_now() - interval '1 hour', "
      "blocked_reason = 'x', resume_by = 'connect', probe_at = lethe_now()");
  const Plan healthy = Accepted({0, 99});
  Plan says_nothing = healthy;
  says_nothing.account = AccountVerdict::kUntouched;
  const VendorReply reply{.outcome = OutcomeClass::kAccepted, .http_status = 200};
  EXPECT_EQ(queue_.Record(claims[0], reply, healthy).value(), Recorded::kApplied);
  EXPECT_EQ(queue_.Record(claims[1], reply, says_nothing).value(), Recorded::kApplied);
  EXPECT_EQ(database_.Run("select account from account_state where blocked_since is not null")[0][0]
                .as<std::string>(),
            "globex");
}

TEST_F(SharedTransactions, APlanThatDoesNotCoverItsBatchIsRefusedAndChangesNothing) {
  SubmitHundred("a-");
  const Claim claim = TakeAll({kErase}).front();
  const VendorReply reply{.outcome = OutcomeClass::kAccepted, .http_status = 200};
  for (const Span span : {Span{0, 98}, Span{1, 99}}) {
    EXPECT_EQ(queue_.Record(claim, reply, Accepted(span)).error().reason, "BAD_PLAN");
  }
  EXPECT_THAT(Batches(), ElementsAre("acme 0-99 sending"));
  EXPECT_EQ(Number(database_, "select count(*) from attempt where outcome_class is not null"), 0);
}

TEST_F(SharedTransactions, APlanThatCannotBeWrittenFailsItsCallerOnly) {
  SubmitHundred("a-");
  SubmitHundred("g-", kGlobex);
  const std::vector<Claim> claims = TakeAll({kErase, kGlobex});
  Plan nonsense = Accepted({0, 99});
  nonsense.transitions[0].accepted_at.reset();
  const VendorReply reply{.outcome = OutcomeClass::kAccepted, .http_status = 200};
  auto failing =
      std::async(std::launch::async, [&] { return queue_.Record(claims[0], reply, nonsense); });
  EXPECT_EQ(queue_.Record(claims[1], reply, Accepted({0, 99})).value(), Recorded::kApplied);
  EXPECT_EQ(failing.get().error().code, ErrorCode::kInternal);
  EXPECT_THAT(Batches(), ElementsAre("acme 0-99 sending", "globex 0-99 accepted"));
}

}  // namespace
}  // namespace lethe::store
