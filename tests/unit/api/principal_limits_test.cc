#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "access_world.h"
#include "api/gate/principal_uses.h"

namespace lethe::api {
namespace {

using grpc::StatusCode;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class PrincipalLimitsTest : public AccessWorld {
 protected:
  void SetUp() override { Limit({.identifiers_a_minute = 1'000, .concurrent_calls = 5}); }

  void Limit(const PrincipalLimits& limits) {
    access::Member crm = Named("crm", {{.role = Role::kSubmitter, .every_account = true}}, kEnd);
    crm.principal.limits = limits;
    directory_.Use(access::Directory(
        {crm, Named("erp", {{.role = Role::kSubmitter, .every_account = true}}, kEnd)}));
  }

  grpc::Status HandOver(const std::string& principal, const std::string& key, int identifiers) {
    v1::CreatePrivacyRequestRequest request;
    request.set_parent("accounts/shop");
    request.set_idempotency_key(key);
    for (int i = 0; i < identifiers; ++i) {
      request.mutable_erasure()->add_identities(key + std::to_string(i));
    }
    grpc::ClientContext context;
    Show(context, principal);
    v1::PrivacyRequest response;
    return stub_->CreatePrivacyRequest(&context, request, &response);
  }
};

TEST_F(PrincipalLimitsTest, PastItsIdentifiersAPrincipalIsToldWhenToComeBack) {
  EXPECT_TRUE(HandOver("crm", "a", 600).ok());
  const auto status = HandOver("crm", "b", 600);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "PRINCIPAL_LIMIT");
  EXPECT_THAT(status.error_message(), HasSubstr("crm has reached its limit identifiers_a_minute"));
  EXPECT_EQ(RetryDelayOf(status), seconds(12));
  EXPECT_TRUE(HandOver("erp", "b", 600).ok()) << "another principal has its own";
  EXPECT_THAT(limited(), ElementsAre("crm identifiers_a_minute"));
  clock_.Advance(seconds(12));
  EXPECT_TRUE(HandOver("crm", "b", 600).ok());
}

TEST_F(PrincipalLimitsTest, ARepeatAndWhatIsRefusedCostNothing) {
  EXPECT_TRUE(HandOver("crm", "a", 500).ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(HandOver("crm", "a", 500).ok());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(HandOver("crm", "", 500).error_code(), StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_TRUE(HandOver("crm", "b", 500).ok());
  EXPECT_EQ(HandOver("crm", "c", 1).error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(PrincipalLimitsTest, AChangedAccessFileForgivesNothing) {
  EXPECT_TRUE(HandOver("crm", "a", 1'000).ok());
  Limit({.identifiers_a_minute = 1'000});
  EXPECT_EQ(HandOver("crm", "b", 1).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  Limit({});
  EXPECT_TRUE(HandOver("crm", "b", 1).ok());
}

TEST_F(PrincipalLimitsTest, CallsThatHaveEndedLeaveTheirPlace) {
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(HandOver("crm", "a", 1).ok()) << i;
}

TEST(PrincipalUses, CountsTheCallsInProgress) {
  fakes::FakeClock clock;
  const Principal crm{.name = "crm", .limits = {.concurrent_calls = 2}};
  const Principal erp{.name = "erp", .limits = {.concurrent_calls = 1}};
  PrincipalUses::Place outlives;
  {
    PrincipalUses uses(clock);
    auto first = uses.Begin(crm);
    const auto second = uses.Begin(crm);
    const auto third = uses.Begin(crm);
    EXPECT_EQ(std::get<LimitReached>(third),
              (LimitReached{PrincipalLimit::kConcurrentCalls, seconds(1)}));
    EXPECT_TRUE(std::get<PrincipalUses::Place>(uses.Begin(erp)));
    {
      const auto copy = first;
      first = PrincipalUses::Place();
      EXPECT_TRUE(std::holds_alternative<LimitReached>(uses.Begin(crm))) << "the copy has it";
    }
    outlives = std::get<PrincipalUses::Place>(uses.Begin(crm));
    EXPECT_TRUE(outlives);
    EXPECT_FALSE(std::get<PrincipalUses::Place>(uses.Begin({.name = "free"})));
  }
}

}  // namespace
}  // namespace lethe::api
