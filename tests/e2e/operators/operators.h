#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/sandbox.h"
#include "support/api_client.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {

using nlohmann::json;

/// One account, a sandbox, a lethed, and an operator with the CLI.
class Operators : public ::testing::Test {
 protected:
  struct Answer {
    int exit_code;
    std::string out;
    std::string err;
  };

  /// What an operator types.
  Answer Lethe(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {LETHE_BIN_DIR "/lethe", "--server",
                                         "127.0.0.1:" + std::to_string(lethed_->grpc_port())});
    Process process(std::move(arguments), files_.directory(), "lethe-" + std::to_string(++runs_));
    const auto exit = process.Wait(std::chrono::seconds(30));
    return {exit ? exit->code : -1, process.out(), process.err()};
  }
  json LetheJson(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const Answer answer = Lethe(std::move(arguments));
    EXPECT_EQ(answer.exit_code, 0) << answer.err;
    return json::parse(answer.out, nullptr, /*allow_exceptions=*/false);
  }
  /// Newest first.
  std::vector<json> Audit() {
    return LetheJson({"audit", "list", "--account", "shop"}).at("auditEvents");
  }
  json ShowAccount() { return LetheJson({"accounts", "show", "shop"}); }
  static bool IsBlocked(const json& account) {
    return account.contains("block") || !account.at("apiBlocks").empty();
  }
  Answer Resolve(const json& review, const std::string& decision) {
    return Lethe({"reviews", "resolve", review.at("name"), "--decision", decision, "--etag",
                  review.at("etag"), "--justification", "OPS-17: " + decision});
  }

  std::string Create(const std::string& key, Ask ask, std::vector<std::string> identifiers) {
    const auto created = api_.Create(MakeRequest("shop", key, ask, identifiers));
    EXPECT_TRUE(created.ok()) << created.status.error_message();
    return created.message.name();
  }
  bool Reaches(const std::string& name, v1::PrivacyRequest::State state) const {
    return Eventually([&] { return api_.Get(name).message.state() == state; });
  }
  /// So many items need a review, and all others are done.
  bool WaitsForOperator(const std::string& name, int items) const {
    const auto counts = api_.Get(name).message.item_counts();
    return counts.needs_review() == items &&
           counts.done() + items == api_.Get(name).message.item_count();
  }
  std::string ReasonOfFirstItem(const std::string& name) const {
    v1::ListPrivacyRequestItemsRequest request;
    request.set_parent(name);
    return api_.ListItems(request).message.items(0).reason();
  }

  TestDatabase database_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ =
      sandbox::Sandbox::Start({.account_id = "TEST-shop", .passcode = "passcode"}).value();
  LethedFiles files_{{.database_url = database_.url(),
                      .vendor_url = sandbox_->base_url(),
                      .resend_horizon = "{erasure: 0ms}"}};
  std::unique_ptr<Lethed> lethed_ = files_.StartReady();
  ApiClient api_{lethed_->grpc_port()};
  int runs_ = 0;
};

}  // namespace lethe::test
