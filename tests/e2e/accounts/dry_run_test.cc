#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr char kAccountId[] = "TEST-shop";

class DryRun : public ::testing::Test {
 protected:
  using Answer = ApiClient::Answer<v1::PrivacyRequest>;

  Answer Check(int first, int count) const {
    auto request = MakeRequest("shop", "check", Ask::kDisassociate,
                               MakeIdentifiers(Ask::kDisassociate, first, count));
    request.set_validate_only(true);
    request.set_check_with_vendor(true);
    return api_.Create(request);
  }
  static std::string Phone(int number) {
    return MakeIdentifiers(Ask::kDisassociate, number, 1).front();
  }
  int Count(const std::string& sql) const { return database_.Run(sql)[0][0].as<int>(); }

  void ExpectUnavailable(const Answer& answer, const std::string& reason) {
    EXPECT_EQ(answer.code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(answer.status.error_details(), HasSubstr(reason));
    EXPECT_THAT(answer.status.error_details(), HasSubstr("google.rpc.RetryInfo"));
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::Start({}).value();
  LethedFiles files_{{.database_url = database_.url(), .vendor_url = sandbox_->base_url()}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  ApiClient api_{lethed_->grpc_port()};
};

TEST_F(DryRun, SaysWhomCleverTapWouldNotTakeAndDoesNothing) {
  sandbox_->AddPoison(kAccountId, {Phone(3), Phone(8)});
  const Answer answer = Check(0, 10);
  ASSERT_TRUE(answer.ok()) << answer.status.error_message();
  const v1::VendorCheck& check = answer.message.vendor_check();
  EXPECT_FALSE(check.refused());
  EXPECT_EQ(check.taken_count(), 8);
  ASSERT_EQ(check.faults_size(), 2);
  EXPECT_EQ(check.faults(0).ordinal(), 3);
  EXPECT_EQ(check.faults(1).ordinal(), 8);
  for (const v1::VendorFault& fault : check.faults()) {
    EXPECT_EQ(fault.kind(), v1::VendorFault::KIND_PERMANENT);
    EXPECT_EQ(fault.code(), "516");
  }
  const sandbox::Report report = sandbox_->GetReport();
  EXPECT_EQ(report.total.dry_runs, 1);
  EXPECT_EQ(report.total.calls, 1);
  EXPECT_EQ(report.total.identifiers_taken, 0);
  EXPECT_THAT(report.total.violations, ::testing::IsEmpty());
  EXPECT_EQ(Count("select (select count(*) from request) + (select count(*) from batch)"), 0);
  EXPECT_EQ(Count("select count(holder) from slot"), 0);
}

TEST_F(DryRun, CountsAmongTheCallsOfTheAccount) {
  sandbox_->AddFault(
      {.kind = sandbox::FaultKind::kLatency, .times = 0, .delay = milliseconds(700)});
  // A full envelope each, so that two calls are under way at once.
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(api_.Create(MakeRequest("shop", std::to_string(i), Ask::kDisassociate,
                                        MakeIdentifiers(Ask::kDisassociate, 1000 * i, 1000)))
                    .ok());
  }
  ASSERT_TRUE(Eventually([&] { return Count("select count(holder) from slot") == 2; }));
  ExpectUnavailable(Check(9000, 1), "VENDOR_BUSY");
  EXPECT_TRUE(Eventually([&] { return Check(9000, 1).ok(); }));
}

TEST_F(DryRun, IsNotAskedForABlockedAccount) {
  sandbox_->SetPasscodes(kAccountId, {"another"});
  ASSERT_TRUE(api_.Create(MakeRequest("shop", "key", Ask::kDemerge, {"user"})).ok());
  ASSERT_TRUE(Eventually([&] {
    return Count("select count(*) from account_state where blocked_since is not null") == 1;
  }));
  ExpectUnavailable(Check(0, 1), "ACCOUNT_BLOCKED");
  EXPECT_EQ(sandbox_->GetReport().total.dry_runs, 0);
}

TEST_F(DryRun, SaysSoIfCleverTapGivesNoAnswer) {
  sandbox_->AddFault({.kind = sandbox::FaultKind::kDrop});
  ExpectUnavailable(Check(0, 1), "VENDOR_UNAVAILABLE");
  EXPECT_EQ(Count("select count(holder) from slot"), 0);
  EXPECT_TRUE(Check(0, 1).ok());
}

}  // namespace
}  // namespace lethe::test
