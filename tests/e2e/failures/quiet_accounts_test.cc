// Many accounts with one small request each, some of whose identifiers CleverTap never takes.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/lone_waits.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using std::chrono::seconds;

/// LETHE_QUIET_ACCOUNTS=200 is the trial at full size, of some minutes.
int AccountCount() {
  const char* chosen = std::getenv("LETHE_QUIET_ACCOUNTS");
  return chosen == nullptr ? 30 : std::stoi(chosen);
}

std::vector<std::string> AccountNames() {
  std::vector<std::string> names;
  for (int i = 0; i < AccountCount(); ++i) names.push_back("quiet" + std::to_string(i));
  return names;
}

/// What one account is asked.
struct Small {
  std::string account;
  std::vector<std::string> people;
  std::set<int> bad = {};  ///< By place in `people`.
  std::string name = {};   ///< Of the request.
};

class QuietAccounts : public ::testing::Test {
 protected:
  /// 2 to 20 people, at least one good and 1 to 5 bad ones at random places; all bad if `hopeless`.
  Small Draw(int number, bool hopeless) {
    Small small{.account = "quiet" + std::to_string(number), .people = {}};
    const int size = hopeless ? Between(1, 5) : Between(2, 20);
    small.people = MakeIdentifiers(Ask::kEraseIdentities, number * 100, size);
    const int bad = hopeless ? size : Between(1, std::min(5, size - 1));
    while (static_cast<int>(small.bad.size()) < bad) small.bad.insert(Between(0, size - 1));
    std::vector<std::string> poison;
    for (const int place : small.bad)
      poison.push_back(small.people[static_cast<std::size_t>(place)]);
    sandbox_->AddPoison("TEST-" + small.account, poison);
    return small;
  }

  void Start(const std::string& account_settings) {
    // Each answer comes up to 0.4 s late.
    for (const int delay : {50, 100, 200, 400}) {
      latencies_.kinds.push_back(
          {.kind = sandbox::FaultKind::kLatency, .delay = std::chrono::milliseconds(delay)});
    }
    latencies_.probability = 0.8;
    latencies_.seed = 20261129;
    sandbox_->SetRandomFaults(latencies_);
    files_.emplace(LethedOptions{.database_url = database_.url(),
                                 .vendor_url = sandbox_->base_url(),
                                 .accounts = AccountNames(),
                                 .dispatcher = "{linger: 50ms, poll: 50ms, connect_timeout: 5s, "
                                               "call_timeout: 10s, lease: 30s, senders: 32}",
                                 .account_settings = account_settings});
    lethed_ = files_->StartReady();
    api_.emplace(lethed_->grpc_port());
  }

  void Send(Small& small) {
    const auto answer =
        api_->Create(MakeRequest(small.account, "one", Ask::kEraseIdentities, small.people));
    ASSERT_TRUE(answer.ok()) << answer.status.error_message();
    small.name = answer.message.name();
  }
  v1::ItemCounts Counts(const Small& small) const {
    return api_->Get(small.name).message.item_counts();
  }
  bool IsAtRest(const Small& small) const {
    const auto counts = Counts(small);
    return counts.done() + counts.rejected() + counts.needs_review() ==
           static_cast<int>(small.people.size());
  }

  /// Whoever was asked for and is good was erased, and nobody else; no account was stopped.
  void ExpectOnlyTheGoodErased(const std::vector<Small>& all) const {
    for (const Small& small : all) {
      for (int place = 0; place < static_cast<int>(small.people.size()); ++place) {
        EXPECT_EQ(sandbox_->EffectCount("TEST-" + small.account, sandbox::Endpoint::kDelete,
                                        small.people[static_cast<std::size_t>(place)]) > 0,
                  !small.bad.contains(place));
      }
    }
    EXPECT_EQ(Count("select count(*) from account_state where blocked_since is not null"), 0);
    EXPECT_EQ(Count("select count(*) from route_block"), 0);
    EXPECT_TRUE(ReadBooks(database_).balanced());
    EXPECT_THAT(sandbox_->GetReport().total.violations, ::testing::IsEmpty());
  }
  int Count(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }
  int Between(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  std::mt19937_64 random_{20261129};  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable
  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.connections = 512}).value();
  sandbox::RandomFaults latencies_;
  std::optional<LethedFiles> files_;
  std::unique_ptr<Lethed> lethed_;
  std::optional<ApiClient> api_;
};

TEST_F(QuietAccounts, EveryGoodOneIsDoneAndEveryBadOneRejectedWithoutAPerson) {
  Start("");
  std::vector<Small> all;
  for (int i = 0; i < AccountCount(); ++i) all.push_back(Draw(i, /*hopeless=*/false));
  for (Small& small : all) Send(small);
  for (const Small& small : all) {
    ASSERT_TRUE(EventuallyWithoutLoneWaits(
        database_, [&] { return IsAtRest(small); }, seconds(120)))
        << Counts(small).ShortDebugString();
    EXPECT_EQ(Counts(small).rejected(), small.bad.size()) << small.account;
    EXPECT_EQ(Counts(small).done(), small.people.size() - small.bad.size()) << small.account;
  }
  ExpectOnlyTheGoodErased(all);
}

TEST_F(QuietAccounts, WithoutControlCallsTheBadOnesWaitForAPersonAndNoGoodOneDoes) {
  Start("control_calls: off");
  std::vector<Small> all;
  for (int i = 0; i < AccountCount(); ++i) all.push_back(Draw(i, /*hopeless=*/false));
  for (Small& small : all) Send(small);
  for (const Small& small : all) {
    ASSERT_TRUE(EventuallyWithoutLoneWaits(database_, [&] { return IsAtRest(small); }))
        << Counts(small).ShortDebugString();
    EXPECT_EQ(Counts(small).done(), small.people.size() - small.bad.size()) << small.account;
  }
  ExpectOnlyTheGoodErased(all);
}

TEST_F(QuietAccounts, BadOnesAloneAreReviewedAndNotRejected) {
  Start("");
  std::vector<Small> all;
  for (int i = 0; i < AccountCount(); ++i) all.push_back(Draw(i, /*hopeless=*/true));
  for (Small& small : all) Send(small);
  for (const Small& small : all) {
    ASSERT_TRUE(EventuallyWithoutLoneWaits(
        database_, [&] { return IsAtRest(small); }, seconds(120)))
        << Counts(small).ShortDebugString();
    EXPECT_EQ(Counts(small).needs_review(), small.people.size()) << small.account;
  }
  ExpectOnlyTheGoodErased(all);
}

}  // namespace
}  // namespace lethe::test
