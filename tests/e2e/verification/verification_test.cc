#include <gmock/gmock.h>

#include <chrono>
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

using sandbox::Endpoint;
using sandbox::FaultKind;
using sandbox::ProfileKey;
using testing::IsEmpty;
using testing::Not;
using v1::PrivacyRequest;

constexpr char kAccountId[] = "TEST-shop";

/// A sandbox whose nights come every 50 ms, well within its window of 300 ms.
class VerificationTest : public testing::Test {
 protected:
  ~VerificationTest() override {
    EXPECT_THAT(sandbox_->GetReport().total.violations, IsEmpty());
    for (const char* secret : {"anna", "device-", "+4915"}) {
      EXPECT_THAT(files_.Printed(), Not(testing::HasSubstr(secret)));
    }
  }

  void AddPerson(const std::string& identity, const std::vector<std::string>& devices) {
    sandbox::Profile profile{.identities = {identity}};
    for (const std::string& device : devices) profile.devices.push_back({.guid = device});
    ASSERT_TRUE(sandbox_->AddProfile(kAccountId, std::move(profile)).ok());
  }
  bool IsThere(const std::string& identity) const {
    return sandbox_->FindProfile(kAccountId, ProfileKey::kIdentity, identity).has_value();
  }
  void Request(test::Ask ask, const std::vector<std::string>& identifiers) {
    const auto created = api_.Create(MakeRequest("shop", "key", ask, identifiers));
    ASSERT_TRUE(created.ok()) << created.status.error_message();
    name_ = created.message.name();
  }
  PrivacyRequest Get() { return api_.Get(name_).message; }
  v1::PrivacyRequestItem Item(int index = 0) {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(name_);
    const auto answer = api_.ListItems(request);
    EXPECT_GT(answer.message.items_size(), index);
    return answer.message.items_size() > index ? answer.message.items(index)
                                               : v1::PrivacyRequestItem();
  }
  bool Becomes(PrivacyRequest::State state) {
    return Eventually([&] { return Get().state() == state; });
  }
  std::int64_t Calls(Endpoint endpoint) const {
    const auto report = sandbox_->GetReport();
    const auto account = report.accounts.find(kAccountId);
    if (account == report.accounts.end()) return 0;
    const auto tally = account->second.apis.find(endpoint);
    return tally == account->second.apis.end() ? 0 : tally->second.calls;
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.night_every = std::chrono::milliseconds(50)}).value();
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = sandbox_->base_url(),
                      .account_settings = "verification: all, second_look: 1s"}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  ApiClient api_{lethed_->grpc_port()};
  std::string name_;
};

TEST_F(VerificationTest, WhoIsErasedIsVerifiedToBeGone) {
  AddPerson("anna-1", {"device-1"});
  AddPerson("anna-2", {"device-2", "device-3"});
  Request(Ask::kEraseIdentities, {"anna-1", "anna-2", "anna-3"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Get().verification_counts().absent(), 3);
  EXPECT_FALSE(IsThere("anna-1"));
  const auto item = Item(1);
  EXPECT_EQ(item.basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_TRUE(item.has_verify_time());
  EXPECT_FALSE(item.has_reappear_time());
  EXPECT_EQ(Calls(Endpoint::kDelete), 1);
  EXPECT_EQ(lethed_->Metric("lethe_items_read_back_total{account=\"shop\",purpose=\"read_back\","
                            "result=\"absent\"}"),
            3);
}

TEST_F(VerificationTest, TheOtherShapeOfNobodyIsUnderstood) {
  sandbox_->AddFault({.kind = FaultKind::kAbsentFails, .api = Endpoint::kProfile, .times = 0});
  AddPerson("anna", {"device-1"});
  Request(Ask::kEraseIdentities, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
}

TEST_F(VerificationTest, AnErasureWithoutEffectIsSentAgain) {
  sandbox_->AddFault({.kind = FaultKind::kIgnored, .api = Endpoint::kDelete});
  AddPerson("anna", {"device-1"});
  Request(Ask::kEraseIdentities, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_FALSE(IsThere("anna"));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_EQ(Item().attempt_count(), 2);
  EXPECT_EQ(Calls(Endpoint::kDelete), 2);
}

TEST_F(VerificationTest, AnErasureWithoutEffectTwiceNeedsReview) {
  sandbox_->AddFault({.kind = FaultKind::kIgnored, .api = Endpoint::kDelete, .times = 0});
  AddPerson("anna", {"device-1"});
  Request(Ask::kEraseIdentities, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_NEEDS_REVIEW));
  EXPECT_EQ(Item().reason(), "still_present");
  EXPECT_EQ(Calls(Endpoint::kDelete), 2);
}

TEST_F(VerificationTest, WhoCameBackIsNotErasedAgain) {
  AddPerson("anna", {"device-1"});
  // The look before the call is answered; those after it only once the person is back.
  sandbox_->AddFault({.kind = FaultKind::kStatus,
                      .api = Endpoint::kProfile,
                      .skip = 1,
                      .times = 0,
                      .status = 503});
  Request(Ask::kEraseIdentities, {"anna"});
  ASSERT_TRUE(Eventually([&] { return Calls(Endpoint::kDelete) == 1 && !IsThere("anna"); }));
  sandbox::Profile back{.identities = {"anna"}, .devices = {{.guid = "device-2"}}};
  back.events["App Launched"] = {.count = 1, .first_seen = Item().accept_time().seconds() + 2};
  ASSERT_TRUE(sandbox_->AddProfile(kAccountId, std::move(back)).ok());
  ASSERT_TRUE(Eventually([&] { return Calls(Endpoint::kProfile) > 1; }));
  EXPECT_EQ(Get().state(), PrivacyRequest::STATE_IN_PROGRESS) << "never done without an answer";
  sandbox_->ClearFaults();
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_REAPPEARED);
  EXPECT_TRUE(Item().has_reappear_time());
  EXPECT_EQ(Get().verification_counts().reappeared(), 1);
  EXPECT_TRUE(IsThere("anna"));
  EXPECT_EQ(sandbox_->EffectCount(kAccountId, Endpoint::kDelete, "anna"), 1);
}

TEST_F(VerificationTest, ASecondLookTellsWhoCameBackLater) {
  AddPerson("anna", {"device-1"});
  Request(Ask::kEraseIdentities, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  AddPerson("anna", {"device-1"});
  ASSERT_TRUE(Eventually([&] { return Get().verification_counts().came_back() == 1; }));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_TRUE(Item().has_reappear_time());
  EXPECT_EQ(Get().state(), PrivacyRequest::STATE_COMPLETED);
  EXPECT_EQ(sandbox_->EffectCount(kAccountId, Endpoint::kDelete, "anna"), 1);
}

TEST_F(VerificationTest, AnErasureByCleverTapIdIsVerified) {
  sandbox_->AddFault({.kind = FaultKind::kIgnored, .api = Endpoint::kDelete});
  AddPerson("anna", {"device-1"});
  Request(Ask::kEraseGuids, {"device-1"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_EQ(Calls(Endpoint::kDelete), 2);
}

TEST_F(VerificationTest, ADemergeIsVerified) {
  AddPerson("anna", {"device-1", "device-2"});
  Request(Ask::kDemerge, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_FALSE(IsThere("anna"));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_EQ(Calls(Endpoint::kDemerge), 1);
}

// Nothing was kept of these before the call: who is found days later may be somebody else.
TEST_F(VerificationTest, ADemergeWithoutEffectNeedsReview) {
  sandbox_->AddFault({.kind = FaultKind::kIgnored, .api = Endpoint::kDemerge});
  AddPerson("anna", {"device-1", "device-2"});
  Request(Ask::kDemerge, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_NEEDS_REVIEW));
  EXPECT_EQ(Item().reason(), "still_present");
  EXPECT_EQ(Calls(Endpoint::kDemerge), 1);
}

TEST_F(VerificationTest, ADemergeOfAProfileOfOneDeviceIsNotCalledDoneWithoutEffect) {
  sandbox_->AddFault({.kind = FaultKind::kIgnored, .api = Endpoint::kDemerge});
  AddPerson("anna", {"device-1"});
  Request(Ask::kDemerge, {"anna"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_NEEDS_REVIEW));
  EXPECT_EQ(Item().reason(), "found_unclear");
}

TEST_F(VerificationTest, ADisassociationWithoutEffectNeedsReview) {
  sandbox_->AddFault({.kind = FaultKind::kIgnored, .api = Endpoint::kDisassociate});
  AddPerson("+4915112345678", {"device-1"});
  Request(Ask::kDisassociate, {"+4915112345678"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_NEEDS_REVIEW));
  EXPECT_EQ(Item().reason(), "still_present");
  EXPECT_EQ(Calls(Endpoint::kDisassociate), 1);
}

TEST_F(VerificationTest, ADisassociationIsVerified) {
  AddPerson("+4915112345678", {"device-1"});
  Request(Ask::kDisassociate, {"+4915112345678"});
  ASSERT_TRUE(Becomes(PrivacyRequest::STATE_COMPLETED));
  EXPECT_FALSE(IsThere("+4915112345678"));
  EXPECT_EQ(Item().basis(), v1::COMPLETION_BASIS_VERIFIED_ABSENT);
  EXPECT_EQ(Calls(Endpoint::kDisassociate), 1);
}

}  // namespace
}  // namespace lethe::test
