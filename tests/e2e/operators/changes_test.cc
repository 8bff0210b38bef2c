#include <gmock/gmock.h>

#include "e2e/operators/operators.h"

namespace lethe::test {
namespace {

using ::testing::HasSubstr;

/// People who take back, hold and release while calls are paused, so that nothing is sent before.
class OperatorsChange : public Operators {
 protected:
  void SetUp() override { Pauses("pause", "--reason"); }

  void Pauses(const std::string& command, const std::string& why) {
    const Answer answer = Lethe({command, "--account", "shop", why, "OPS-19: drill", "--yes"});
    ASSERT_EQ(answer.exit_code, 0) << answer.err;
  }
  void LetCallsGo() { Pauses("resume", "--justification"); }

  Answer Change(const std::string& command, const std::string& name,
                std::vector<std::string> more = {}) {
    more.insert(more.begin(), {command, name, "--reason", "OPS-19: drill", "--yes"});
    return Lethe(std::move(more));
  }
  std::string Erase(const std::string& key, std::vector<std::string> identities) {
    return Create(key, Ask::kEraseIdentities, std::move(identities));
  }
  std::string ReasonsOf(const std::string& name) const {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(name);
    std::string reasons;
    for (const auto& item : api_.ListItems(request).message.items()) {
      reasons += (reasons.empty() ? "" : ",") + item.reason();
    }
    return reasons;
  }
  std::int64_t Identifiers() { return sandbox_->GetReport().total.identifiers_taken; }
};

TEST_F(OperatorsChange, WhatIsCancelledIsNeverSeenByCleverTap) {
  const std::string mistake = Erase("mistake", {"ann", "bob", "eve"});
  const std::string wanted = Erase("wanted", {"kim"});
  EXPECT_THAT(Change("cancel", mistake, {"--ordinals", "1"}).out, HasSubstr(": 1 cancelled\n"));
  EXPECT_EQ(ReasonsOf(mistake), ",cancelled_on_request,");
  EXPECT_THAT(Change("cancel", mistake, {"--operator"}).out,
              HasSubstr(": 2 cancelled, 1 cancelled before\n"));
  EXPECT_EQ(api_.Get(mistake).message.state(), v1::PrivacyRequest::STATE_CANCELLED);

  LetCallsGo();
  EXPECT_TRUE(Reaches(wanted, v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Identifiers(), 1);
  const Answer late = Change("cancel", wanted);
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_THAT(late.out, HasSubstr(": 0 cancelled, 1 irreversible\n"));
  EXPECT_EQ(Audit().front().at("action"), "ACTION_CANCEL");
  EXPECT_EQ(lethed_->Metric("lethe_items_changed_total{account=\"shop\",change=\"cancel\","
                            "effect=\"changed\"}"),
            3);
}

TEST_F(OperatorsChange, AHoldOutlastsARestartAndRequestsOfOthers) {
  const std::string held = Erase("held", {"ann", "bob"});
  EXPECT_THAT(Change("hold", held, {"--ordinals", "0"}).out, HasSubstr(": 1 held\n"));
  LetCallsGo();
  EXPECT_TRUE(Eventually([&] { return api_.Get(held).message.item_counts().done() == 1; }));

  lethed_.reset();
  lethed_ = files_.StartReady();
  api_ = ApiClient(lethed_->grpc_port());
  const std::string other = Erase("other", {"kim"});
  EXPECT_TRUE(Reaches(other, v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Identifiers(), 2) << "bob and kim";
  EXPECT_EQ(ReasonsOf(held), "on_hold,");

  EXPECT_THAT(Change("release", held).out, HasSubstr(": 1 released, "));
  EXPECT_TRUE(Reaches(held, v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Identifiers(), 3);
}

}  // namespace
}  // namespace lethe::test
