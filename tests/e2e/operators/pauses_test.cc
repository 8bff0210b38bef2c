#include <gmock/gmock.h>

#include "e2e/operators/operators.h"

namespace lethe::test {
namespace {

using ::testing::HasSubstr;

/// An operator who stops calls and lets them go on.
class OperatorsPause : public Operators {
 protected:
  Answer Pause(std::vector<std::string> scope) {
    scope.insert(scope.begin(), "pause");
    scope.insert(scope.end(), {"--reason", "OPS-18: drill", "--yes"});
    return Lethe(std::move(scope));
  }
  Answer Resume(std::vector<std::string> scope) {
    scope.insert(scope.begin(), "resume");
    scope.insert(scope.end(), {"--justification", "OPS-18: over", "--yes"});
    return Lethe(std::move(scope));
  }
  std::string Erase(const std::string& identifier) {
    return Create("erase " + identifier, Ask::kEraseIdentities, {identifier});
  }
  std::string Demerge(const std::string& identifier) {
    return Create("demerge " + identifier, Ask::kDemerge, {identifier});
  }
  std::int64_t Calls() { return sandbox_->GetReport().total.calls; }
  bool SaysThatDeletesArePaused() {
    return Eventually([&] {
      return lethed_->Metric("lethe_calls_paused{account=\"shop\",api=\"delete\"}") == 1;
    });
  }
};

TEST_F(OperatorsPause, StopsTheCallsOfOneApiAndNoRequest) {
  EXPECT_EQ(Pause({"--account", "shop", "--api", "delete"}).exit_code, 0);
  const std::string erasure = Erase("ann");
  EXPECT_TRUE(Reaches(Demerge("bob"), v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(api_.Get(erasure).message.state(), v1::PrivacyRequest::STATE_QUEUED);
  EXPECT_EQ(Calls(), 1) << "that of the demerge";
  EXPECT_TRUE(SaysThatDeletesArePaused());

  const json pauses = LetheJson({"pauses"}).at("pauses");
  ASSERT_EQ(pauses.size(), 1U);
  EXPECT_EQ(pauses[0].at("reason"), "OPS-18: drill");

  EXPECT_EQ(Resume({"--account", "shop", "--api", "delete"}).exit_code, 0);
  EXPECT_TRUE(Reaches(erasure, v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Calls(), 2);
}

TEST_F(OperatorsPause, EndsOnlyByItsOwnScope) {
  EXPECT_EQ(Pause({"--everything"}).exit_code, 0);
  const Answer other = Resume({"--account", "shop"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("NOT_PAUSED"));
  const std::string erasure = Erase("ann");
  EXPECT_TRUE(SaysThatDeletesArePaused());
  EXPECT_EQ(Calls(), 0);
  EXPECT_EQ(Resume({"--everything"}).exit_code, 0);
  EXPECT_TRUE(Reaches(erasure, v1::PrivacyRequest::STATE_COMPLETED));
}

TEST_F(OperatorsPause, HoldsThroughARestart) {
  EXPECT_EQ(Pause({"--everything"}).exit_code, 0);
  lethed_.reset();
  lethed_ = files_.StartReady();
  const ApiClient api(lethed_->grpc_port());
  ASSERT_TRUE(api.Create(MakeRequest("shop", "erase", Ask::kEraseIdentities, {"ann"})).ok());
  EXPECT_TRUE(SaysThatDeletesArePaused());
  EXPECT_EQ(Calls(), 0);
  EXPECT_EQ(Resume({"--everything"}).exit_code, 0);
  EXPECT_TRUE(Eventually([&] { return Calls() == 1; }));
}

}  // namespace
}  // namespace lethe::test
