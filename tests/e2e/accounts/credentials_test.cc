#include <gmock/gmock.h>

#include <csignal>
#include <memory>
#include <string>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using sandbox::Endpoint;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAccountId[] = "TEST-shop";

class Credentials : public ::testing::Test {
 protected:
  /// Hands in requests of 100 until `count` are in.
  void Erase(const Lethed& lethed, int count) {
    const ApiClient api(lethed.grpc_port());
    for (; handed_in_ < count; ++handed_in_) {
      const int first = 100 * handed_in_;
      const auto answer =
          api.Create(MakeRequest("shop", std::to_string(first), Ask::kEraseIdentities,
                                 MakeIdentifiers(Ask::kEraseIdentities, first, 100)));
      ASSERT_TRUE(answer.ok()) << answer.status.error_message();
    }
  }

  int Count(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }
  int CountDone() const { return Count("select count(*) from batch where state = 'done'"); }
  bool IsBlocked() const {
    return Count("select count(*) from account_state where blocked_since is not null") == 1;
  }

  /// So that nothing but news brings the next probe within a test's patience.
  void PutProbesOff() const {
    database_.Run("update account_state set probe_at = now() + interval '1 day'");
  }

  void ExpectEverybodyErasedOnceAtTheFirstAttempt() {
    ASSERT_TRUE(Eventually([&] { return CountUnfinished(database_) == 0; }, seconds(60)));
    EXPECT_EQ(Count("select max(attempt_count) from batch"), 1);
    EXPECT_EQ(ReadBooks(database_).accepted, 100 * handed_in_);
    const sandbox::Report report = sandbox_->GetReport();
    EXPECT_EQ(report.total.distinct_identifiers, 100 * handed_in_);
    EXPECT_EQ(report.total.repeated_identifiers, 0);
    EXPECT_TRUE(ReadBooks(database_).balanced());
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.account_id = kAccountId, .passcode = "passcode"}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  int handed_in_ = 0;
};

TEST_F(Credentials, APasscodeThatExpiresUnderLoadCostsNothingButTime) {
  const auto lethed = files_.StartReady();
  Erase(*lethed, 5);
  ASSERT_TRUE(Eventually([&] { return CountDone() > 0; }));
  sandbox_->SetPasscodes(kAccountId, {"the-new-one"});
  Erase(*lethed, 20);
  ASSERT_TRUE(Eventually([&] { return IsBlocked(); }));
  EXPECT_EQ(Count("select count(*) from batch where state in ('rejected', 'needs_review')"), 0);
  EXPECT_TRUE(
      Eventually([&] { return lethed->Metric("lethe_account_blocked{account=\"shop\"}") == 1; }));
  PutProbesOff();
  Erase(*lethed, 25);

  files_.SetPasscode("shop", "the-new-one");
  ExpectEverybodyErasedOnceAtTheFirstAttempt();
  EXPECT_THAT(lethed->process().out(), HasSubstr("\"account.resumed\""));
  EXPECT_THAT(lethed->process().out(), HasSubstr("credentials_or_region_401"));
  EXPECT_THAT(files_.Printed(), Not(HasSubstr("the-new-one")));
  EXPECT_TRUE(
      Eventually([&] { return lethed->Metric("lethe_account_blocked{account=\"shop\"}") == 0; }));
}

TEST_F(Credentials, ANewPasscodeThatIsWrongAsWellKeepsTheAccountBlocked) {
  sandbox_->SetPasscodes(kAccountId, {"the-new-one"});
  const auto lethed = files_.StartReady();
  Erase(*lethed, 2);
  ASSERT_TRUE(Eventually([&] { return IsBlocked(); }));
  PutProbesOff();
  files_.SetPasscode("shop", "misspelt");
  ASSERT_TRUE(Eventually(
      [&] { return lethed->process().out().find("account.still_blocked") != std::string::npos; }));
  EXPECT_TRUE(IsBlocked());
  EXPECT_EQ(CountUnfinished(database_), 2);
  PutProbesOff();
  files_.SetPasscode("shop", "the-new-one");
  ExpectEverybodyErasedOnceAtTheFirstAttempt();
}

TEST_F(Credentials, ARestartLooksAtOnce) {
  sandbox_->SetPasscodes(kAccountId, {"another"});
  auto lethed = files_.StartReady();
  Erase(*lethed, 3);
  ASSERT_TRUE(Eventually([&] { return IsBlocked(); }));
  lethed->process().Signal(SIGTERM);
  ASSERT_TRUE(lethed->process().Wait(seconds(30)).has_value());
  PutProbesOff();
  sandbox_->SetPasscodes(kAccountId, {"passcode"});
  lethed = files_.StartReady();
  ExpectEverybodyErasedOnceAtTheFirstAttempt();
}

TEST_F(Credentials, WhereNothingCanBeLookedAtABatchFindsOut) {
  sandbox_->AddFault(
      {.kind = sandbox::FaultKind::kStatus, .api = Endpoint::kConnect, .times = 0, .status = 404});
  sandbox_->SetPasscodes(kAccountId, {"the-new-one"});
  const auto lethed = files_.StartReady();
  Erase(*lethed, 3);
  ASSERT_TRUE(Eventually([&] { return IsBlocked(); }));
  PutProbesOff();
  files_.SetPasscode("shop", "the-new-one");
  ExpectEverybodyErasedOnceAtTheFirstAttempt();
}

TEST_F(Credentials, RotateWithoutAGapWhileTheFileHoldsBoth) {
  files_.SetPasscode("shop", "passcode\nthe-new-one");
  const auto lethed = files_.StartReady();
  Erase(*lethed, 5);
  ASSERT_TRUE(Eventually([&] { return CountDone() > 0; }));
  sandbox_->SetPasscodes(kAccountId, {"passcode", "the-new-one"});
  Erase(*lethed, 15);
  sandbox_->SetPasscodes(kAccountId, {"the-new-one"});
  Erase(*lethed, 25);
  ExpectEverybodyErasedOnceAtTheFirstAttempt();
  EXPECT_EQ(Count("select count(*) from attempt where outcome_class <> 'accepted'"), 0);
  EXPECT_THAT(lethed->process().out(), Not(HasSubstr("account.blocked")));
}

}  // namespace
}  // namespace lethe::test
