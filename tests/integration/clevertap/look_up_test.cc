#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "rig.h"
#include "sandbox/sandbox.h"

namespace lethe {
namespace {

using sandbox::Endpoint;
using sandbox::FaultKind;
using testing::ElementsAre;
using testing::IsEmpty;

class LookUpOnSandbox : public testing::Test {
 protected:
  LookUpReply LookUp(const std::string& value, IdentifierKind kind = IdentifierKind::kIdentity) {
    return client_.LookUp({.account = kAccount, .kind = kind, .identifier = Identifier(value)});
  }
  void Add(sandbox::Profile profile) {
    ASSERT_TRUE(sandbox_->AddProfile(kAccountId, std::move(profile)).ok());
  }

  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.account_id = kAccountId, .passcode = kPasscode}).value();
  clevertap::HttpVendorClient client_ =
      ClientOf(AccountAt(sandbox_->base_url()), {.call_timeout = std::chrono::seconds(10)});
};

TEST_F(LookUpOnSandbox, FindsAProfileWithItsDevicesAndHistory) {
  Add({.identities = {"anna"},
       .devices = {{.guid = "__gA"}, {.guid = "-b"}},
       .events = {{"App Launched", {.count = 2, .first_seen = 1'770'000'000}},
                  {"Charged", {.count = 1, .first_seen = 1'769'000'000}}}});
  const LookUpReply reply = LookUp("anna");
  EXPECT_EQ(reply.outcome, LookUpOutcome::kFound);
  EXPECT_THAT(reply.profile.object_ids, ElementsAre(Identifier("__gA"), Identifier("-b")));
  EXPECT_EQ(reply.profile.first_seen, TimePoint(std::chrono::seconds(1'769'000'000)));
  EXPECT_EQ(LookUp("-b", IdentifierKind::kGuid).outcome, LookUpOutcome::kFound);
  EXPECT_EQ(LookUp("-b").outcome, LookUpOutcome::kAbsent);
  EXPECT_THAT(sandbox_->GetReport().total.violations, IsEmpty());
}

TEST_F(LookUpOnSandbox, ValuesArriveAsTheyAre) {
  const std::string odd = "a+b &c=d/e?f#g%20ü";
  Add({.identities = {odd, "+919876543210"}, .devices = {{.guid = "__g=&?"}}});
  EXPECT_EQ(LookUp(odd).outcome, LookUpOutcome::kFound);
  EXPECT_EQ(LookUp("+919876543210", IdentifierKind::kPhone).outcome, LookUpOutcome::kFound);
  EXPECT_EQ(LookUp(" 919876543210", IdentifierKind::kPhone).outcome, LookUpOutcome::kAbsent);
  EXPECT_EQ(LookUp("__g=&?", IdentifierKind::kGuid).outcome, LookUpOutcome::kFound);
}

TEST_F(LookUpOnSandbox, AnIdentityOfFullLengthCanBeLookedUp) {
  std::string longest;
  for (std::size_t i = 0; i < kMaxIdentityCharacters; ++i) longest += "\xF0\x9F\x98\x80";
  Add({.identities = {longest}, .devices = {{.guid = "__gA"}}});
  EXPECT_EQ(LookUp(longest).outcome, LookUpOutcome::kFound);
}

TEST_F(LookUpOnSandbox, BothShapesOfNobodyAreAbsent) {
  EXPECT_EQ(LookUp("nobody").outcome, LookUpOutcome::kAbsent);
  sandbox_->AddFault({.kind = FaultKind::kAbsentFails, .api = Endpoint::kProfile, .times = 0});
  EXPECT_EQ(LookUp("nobody").outcome, LookUpOutcome::kAbsent);
}

TEST_F(LookUpOnSandbox, NoTroubleCountsAsAbsent) {
  const auto with = [this](sandbox::Fault fault) {
    fault.api = Endpoint::kProfile;
    sandbox_->AddFault(std::move(fault));
    return LookUp("nobody").outcome;
  };
  EXPECT_EQ(with({.kind = FaultKind::kStatus, .status = 429}), LookUpOutcome::kThrottled);
  EXPECT_EQ(with({.kind = FaultKind::kStatus, .status = 503}), LookUpOutcome::kUnknown);
  EXPECT_EQ(with({.kind = FaultKind::kRedirect}), LookUpOutcome::kBlocked);
  EXPECT_EQ(with({.kind = FaultKind::kEmpty}), LookUpOutcome::kUnknown);
  EXPECT_EQ(with({.kind = FaultKind::kNotJson}), LookUpOutcome::kUnknown);
  EXPECT_EQ(with({.kind = FaultKind::kTruncated}), LookUpOutcome::kUnknown);
  EXPECT_EQ(LookUp("nobody").outcome, LookUpOutcome::kAbsent);
}

TEST_F(LookUpOnSandbox, WrongCredentialsAreBlocked) {
  sandbox_->SetPasscodes(kAccountId, {"another"});
  const LookUpReply reply = LookUp("nobody");
  EXPECT_EQ(reply.outcome, LookUpOutcome::kBlocked);
  EXPECT_EQ(reply.http_status, 401);
}

TEST_F(LookUpOnSandbox, AnAccountThatIsNotConfiguredIsBlocked) {
  const LookUpReply reply = client_.LookUp(
      {.account = "other", .kind = IdentifierKind::kIdentity, .identifier = Identifier("nobody")});
  EXPECT_EQ(reply.outcome, LookUpOutcome::kBlocked);
  EXPECT_EQ(reply.code, "unknown_account");
}

}  // namespace
}  // namespace lethe
