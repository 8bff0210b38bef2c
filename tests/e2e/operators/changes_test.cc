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
  /// The identifier is never an argument: it goes through a pipe.
  Answer ChangePerson(const std::string& command, const std::string& person) {
    const std::string lethe = std::string(LETHE_BIN_DIR) +
                              "/lethe --server 127.0.0.1:" + std::to_string(lethed_->grpc_port());
    Process process({"/bin/sh", "-c",
                     "echo " + person + " | " + lethe + " " + command + " --reason OPS-20 --yes"},
                    files_.directory(), "lethe-" + std::to_string(++runs_));
    const auto exit = process.Wait(std::chrono::seconds(30));
    return {exit ? exit->code : -1, process.out(), process.err()};
  }
  std::string Erase(const std::string& key, std::vector<std::string> identities) {
    return Create(key, Ask::kEraseIdentities, std::move(identities));
  }
  static std::string ReasonsOf(const ApiClient& api, const std::string& name) {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(name);
    std::string reasons;
    const auto listed = api.ListItems(request);
    for (const auto& item : listed.message.items()) {
      reasons += item.reason() + ',';
    }
    return reasons;
  }
  std::int64_t Identifiers() { return sandbox_->GetReport().total.identifiers_taken; }
};

TEST_F(OperatorsChange, WhatIsCancelledIsNeverSeenByCleverTap) {
  const std::string mistake = Erase("mistake", {"ann", "bob", "eve"});
  const std::string wanted = Erase("wanted", {"kim"});
  EXPECT_THAT(Change("cancel", mistake, {"--ordinals", "1"}).out, HasSubstr(": 1 cancelled\n"));
  EXPECT_EQ(ReasonsOf(api_, mistake), ",cancelled_on_request,,");
  EXPECT_THAT(Change("cancel", mistake, {"--operator"}).out,
              HasSubstr(": 2 cancelled, 1 cancelled before\n"));
  EXPECT_EQ(api_.Get(mistake).message.state(), v1::PrivacyRequest::STATE_CANCELLED);

  LetCallsGo();
  EXPECT_TRUE(Reaches(wanted, v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(Identifiers(), 1);
  const Answer late = Change("cancel", wanted);
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_THAT(late.out, HasSubstr(": 0 cancelled, 1 irreversible\n"));
  EXPECT_EQ(Audit().at(1).at("action"), "ACTION_CANCEL") << "the last was the end of the pause";
  EXPECT_EQ(lethed_->Metric("lethe_items_changed_total{account=\"shop\",change=\"cancel\","
                            "effect=\"changed\"}"),
            3);
}

TEST_F(OperatorsChange, AHoldOutlastsARestartAndRequestsOfOthers) {
  const std::string held = Erase("held", {"ann", "bob"});
  EXPECT_THAT(Change("hold", held, {"--ordinals", "0"}).out, HasSubstr(": 1 held\n"));
  const Answer person = ChangePerson("hold-person", "zoe");
  EXPECT_EQ(person.out, "accounts/shop: on hold\n") << person.err;
  LetCallsGo();
  EXPECT_TRUE(Eventually([&] { return api_.Get(held).message.item_counts().done() == 1; }));

  lethed_.reset();
  lethed_ = files_.StartReady();
  const ApiClient api(lethed_->grpc_port());
  const auto state_of = [&](const std::string& name) { return api.Get(name).message.state(); };
  const auto other = api.Create(MakeRequest("shop", "other", Ask::kEraseIdentities, {"kim"}));
  ASSERT_TRUE(other.ok());
  const auto of_zoe = api.Create(MakeRequest("shop", "zoe", Ask::kEraseIdentities, {"zoe"}));
  ASSERT_TRUE(of_zoe.ok());
  EXPECT_TRUE(Eventually(
      [&] { return state_of(other.message.name()) == v1::PrivacyRequest::STATE_COMPLETED; }));
  EXPECT_TRUE(
      Eventually([&] { return ReasonsOf(api, of_zoe.message.name()) == "subject_on_hold,"; }));
  EXPECT_EQ(Identifiers(), 2) << "bob and kim";
  EXPECT_EQ(ReasonsOf(api, held), "on_hold,,");

  EXPECT_THAT(Change("release", held).out, HasSubstr(": 1 released, "));
  EXPECT_TRUE(Eventually([&] { return state_of(held) == v1::PrivacyRequest::STATE_COMPLETED; }));
  EXPECT_EQ(Identifiers(), 3);
  EXPECT_EQ(ChangePerson("release-person", "zoe").out, "accounts/shop: released; 1 waiting\n");
  EXPECT_TRUE(Eventually(
      [&] { return state_of(of_zoe.message.name()) == v1::PrivacyRequest::STATE_COMPLETED; }));
}

}  // namespace
}  // namespace lethe::test
