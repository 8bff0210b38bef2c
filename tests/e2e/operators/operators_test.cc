#include "e2e/operators/operators.h"

#include <gmock/gmock.h>

#include "lethe/refusal.h"

namespace lethe::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kUndocumentedCode = 999;

TEST_F(Operators, ResolveWhatCleverTapDidNotAccountFor) {
  std::vector<std::string> requests;
  for (int i = 0; i < 3; ++i) {
    sandbox_->AddFault({.kind = sandbox::FaultKind::kPartial, .codes = {kUndocumentedCode}});
    requests.push_back(Create("key-" + std::to_string(i), Ask::kDisassociate,
                              MakeIdentifiers(Ask::kDisassociate, i, 1)));
    // One after the other, or they would share a call.
    ASSERT_TRUE(Reaches(requests.back(), v1::PrivacyRequest::STATE_NEEDS_REVIEW));
  }
  const json reviews = LetheJson({"reviews", "list", "--account", "shop"}).at("reviews");
  ASSERT_EQ(reviews.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const json review = LetheJson({"reviews", "show", reviews[i].at("name")});
    EXPECT_EQ(review.at("etag"), reviews[i].at("etag"));
    EXPECT_EQ(review.at("reason"), "unaccountable");
    EXPECT_EQ(review.at("itemCount"), 1);
    EXPECT_EQ(review.at("privacyRequests"), json::array({requests[i]}));
    ASSERT_EQ(review.at("attempts").size(), 1U);
    EXPECT_EQ(review.at("attempts")[0].at("outcome"), "CALL_OUTCOME_PARTIAL");
    EXPECT_EQ(review.at("attempts")[0].at("httpStatus"), 200);
  }

  EXPECT_EQ(Resolve(reviews[0], "send-again").exit_code, 0);
  EXPECT_EQ(Resolve(reviews[1], "mark-accepted").exit_code, 0);
  EXPECT_EQ(Resolve(reviews[2], "cancel").exit_code, 0);
  const Answer twice = Resolve(reviews[2], "send-again");
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.err, HasSubstr("REVIEW_CHANGED"));

  EXPECT_TRUE(Reaches(requests[0], v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_TRUE(Reaches(requests[1], v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_TRUE(Reaches(requests[2], v1::PrivacyRequest::STATE_CANCELLED));
  EXPECT_EQ(ReasonOfFirstItem(requests[1]), "operator_accepted");
  EXPECT_EQ(ReasonOfFirstItem(requests[2]), "operator_cancelled");
  // Only what was sent again has reached CleverTap.
  EXPECT_EQ(sandbox_->GetReport().total.calls, 4);
  EXPECT_EQ(sandbox_->GetReport().total.distinct_identifiers, 1);
  EXPECT_TRUE(LetheJson({"reviews", "list", "--account", "shop"}).at("reviews").empty());

  std::vector<std::string> audit;
  for (const json& event : Audit()) {
    EXPECT_EQ(event.at("stateBefore"), "needs_review");
    EXPECT_EQ(event.at("reasonBefore"), "unaccountable");
    audit.push_back(event.at("target").get<std::string>() + " " +
                    event.at("stateAfter").get<std::string>() + " " +
                    event.at("justification").get<std::string>());
  }
  const auto name = [&](int i) { return reviews[i].at("name").get<std::string>(); };
  EXPECT_THAT(audit, ElementsAre(name(2) + " cancelled OPS-17: cancel",
                                 name(1) + " accepted OPS-17: mark-accepted",
                                 name(0) + " ready OPS-17: send-again"));
  EXPECT_TRUE(ReadBooks(database_).balanced());
}

TEST_F(Operators, SendAgainWhatLostItsReply) {
  sandbox_->AddFault({.kind = sandbox::FaultKind::kDrop, .after_effect = true});
  const std::string request = Create("key", Ask::kEraseIdentities, {"ann"});
  ASSERT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_NEEDS_REVIEW));
  const json review = LetheJson({"reviews", "list", "--account", "shop"}).at("reviews").at(0);
  EXPECT_EQ(review.at("reason"), "unknown_outcome");
  EXPECT_TRUE(review.contains("unknownSinceTime"));
  EXPECT_EQ(Resolve(review, "send-again").exit_code, 0);
  EXPECT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_COMPLETED));
  EXPECT_EQ(sandbox_->GetReport().total.repeated_identifiers, 1);
}

TEST_F(Operators, FindTheOneThatCleverTapHasNoAnswerFor) {
  const std::vector<std::string> people = MakeIdentifiers(Ask::kEraseIdentities, 0, 8);
  sandbox_->AddFault(
      {.kind = sandbox::FaultKind::kStatus, .identifier = people[5], .times = 0, .status = 500});
  const std::string request = Create("key", Ask::kEraseIdentities, people);
  ASSERT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_NEEDS_REVIEW));

  // A half goes through each time; the other one comes back.
  for (const int left : {8, 4, 2}) {
    ASSERT_TRUE(Eventually([&] { return WaitsForOperator(request, left); })) << left;
    const json group =
        LetheJson({"reviews", "preview", "--account", "shop", "--reason", "unknown_outcome"});
    EXPECT_EQ(group.at("reviewCount"), 1);
    EXPECT_EQ(group.at("itemCount"), left);
    EXPECT_EQ(group.at("privacyRequestCount"), 1);
    const Answer resolved = Lethe({"reviews", "resolve-all", "--account", "shop", "--reason",
                                   "unknown_outcome", "--etag", group.at("etag"), "--decision",
                                   "send-again", "--justification", "OPS-21"});
    EXPECT_EQ(resolved.exit_code, 0) << resolved.err;
  }
  ASSERT_TRUE(Eventually([&] { return WaitsForOperator(request, 1); }));
  const json review = LetheJson({"reviews", "list", "--account", "shop"}).at("reviews").at(0);
  EXPECT_EQ(review.at("vendorCode"), "500");
  const Answer other =
      Lethe({"reviews", "resolve", review.at("name"), "--etag", review.at("etag"), "--request",
             request, "--ordinals", "4", "--decision", "cancel", "--justification", "OPS-21"});
  EXPECT_THAT(other.err, HasSubstr("NOT_IN_REVIEW"));
  const Answer cancelled =
      Lethe({"reviews", "resolve", review.at("name"), "--etag", review.at("etag"), "--request",
             request, "--ordinals", "5", "--decision", "cancel", "--justification", "OPS-21"});
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled.err;
  ASSERT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED));
  EXPECT_EQ(api_.Get(request).message.item_counts().done(), 7);
  EXPECT_EQ(Audit().size(), 4U);
  EXPECT_TRUE(ReadBooks(database_).balanced());
}

TEST_F(Operators, DecideAboutOneHalfOfAReview) {
  sandbox_->AddFault({.kind = sandbox::FaultKind::kDrop, .after_effect = true});
  const std::string request =
      Create("key", Ask::kEraseIdentities, MakeIdentifiers(Ask::kEraseIdentities, 0, 4));
  ASSERT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_NEEDS_REVIEW));
  const json review = LetheJson({"reviews", "list", "--account", "shop"}).at("reviews").at(0);
  const Answer resolved =
      Lethe({"reviews", "resolve", review.at("name"), "--etag", review.at("etag"), "--half",
             "second", "--decision", "mark-accepted", "--justification", "OPS-22"});
  EXPECT_EQ(resolved.exit_code, 0) << resolved.err;
  const json rest = LetheJson({"reviews", "list", "--account", "shop"}).at("reviews");
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].at("itemCount"), 2);
  EXPECT_EQ(rest[0].at("name"), review.at("name"));
  EXPECT_EQ(Resolve(rest[0], "cancel").exit_code, 0);
  EXPECT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_PARTIALLY_COMPLETED));
  EXPECT_TRUE(ReadBooks(database_).balanced());
}

TEST_F(Operators, RejectWhatBlockedARoute) {
  const std::vector<std::string> bad = MakeIdentifiers(Ask::kDemerge, 0, kManyRefusals + 10);
  sandbox_->AddPoison("TEST-shop", bad);
  const std::string wrong = Create("wrong", Ask::kDemerge, bad);
  const auto resume = [&](const json& seen, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "accounts", "resume",       "shop", "--justification", "OPS-19: order numbers",
        "--etag",   seen.at("etag")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Lethe(arguments);
  };
  const std::vector<std::string> reject = {"--held-refusals", "reject"};

  // Once nothing is under way any more, nothing changes between the look and the decision.
  ASSERT_TRUE(Eventually([&] { return IsBlocked(ShowAccount()); }));
  database_.Run("update route_block set probe_at = now() + interval '1 day'");
  ASSERT_TRUE(Eventually(
      [&] { return database_.Run("select count(holder) from slot")[0][0].as<int>() == 0; }));
  const json seen = ShowAccount();
  EXPECT_GT(seen.at("heldRefusalCount"), kManyRefusals);
  EXPECT_EQ(api_.Get(wrong).message.item_counts().rejected(), 0);
  EXPECT_THAT(resume(seen, {}).err, HasSubstr("HELD_REFUSALS_UNDECIDED"));
  const Answer rejected = resume(seen, reject);
  EXPECT_EQ(rejected.exit_code, 0) << rejected.err;
  EXPECT_THAT(resume(seen, reject).err, HasSubstr("FAILED_PRECONDITION"));

  // What was still being searched is not among them.
  EXPECT_EQ(api_.Get(wrong).message.item_counts().rejected(), seen.at("heldRefusalCount"));
  const std::string right = Create("right", Ask::kDemerge, MakeIdentifiers(Ask::kDemerge, 100, 20));
  EXPECT_TRUE(Reaches(right, v1::PrivacyRequest::STATE_COMPLETED));
  int rejections = 0;
  for (const json& event : Audit()) {
    if (event.at("action") == "ACTION_REJECT") rejections += event.at("itemCount").get<int>();
  }
  EXPECT_EQ(rejections, seen.at("heldRefusalCount"));
  EXPECT_EQ(sandbox_->GetReport().total.repeated_identifiers, 0);
}

TEST_F(Operators, ResumeABlockedAccount) {
  files_.SetPasscode("shop", "wrong");
  const std::string request = Create("key", Ask::kEraseIdentities, {"ann"});
  ASSERT_TRUE(Eventually([&] { return ShowAccount().contains("block"); }));
  EXPECT_THAT(ShowAccount().at("block").at("reason").get<std::string>(),
              HasSubstr("credentials_or_region"));

  files_.SetPasscode("shop", "passcode");
  // Lethe may notice by itself between the look and the decision.
  const Answer resumed = Lethe({"accounts", "resume", "shop", "--etag", ShowAccount().at("etag"),
                                "--justification", "OPS-18: a new passcode"});
  EXPECT_TRUE(resumed.exit_code == 0 ||
              resumed.err.find("ACCOUNT_NOT_BLOCKED") != std::string::npos)
      << resumed.err;
  EXPECT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_COMPLETED));
}

TEST_F(Operators, ResumeABlockedRoute) {
  sandbox_->AddFault({.kind = sandbox::FaultKind::kStatus,
                      .api = sandbox::Endpoint::kDelete,
                      .times = 0,
                      .status = 404});
  const std::string request = Create("key", Ask::kEraseIdentities, {"ann"});
  ASSERT_TRUE(Eventually([&] { return IsBlocked(ShowAccount()); }));
  // So that only the operator's word brings the next call. A probe that is under way names its
  // successor.
  ASSERT_TRUE(Eventually([&] {
    database_.Run("update route_block set probe_at = now() + interval '1 day'");
    return database_.Run("select 1 from batch where state = 'sending'").empty();
  }));
  const json seen = ShowAccount();
  EXPECT_FALSE(seen.contains("block"));
  ASSERT_EQ(seen.at("apiBlocks").size(), 1U);
  EXPECT_EQ(seen.at("apiBlocks")[0].at("api"), "delete");
  EXPECT_EQ(seen.at("apiBlocks")[0].at("block").at("reason"), "endpoint_404");
  EXPECT_THAT(Lethe({"accounts", "show", "shop"}).out, HasSubstr("; delete blocked since "));

  sandbox_->ClearFaults();
  const Answer resumed = Lethe({"accounts", "resume", "shop", "--etag", seen.at("etag"),
                                "--justification", "OPS-20: the path is back"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_TRUE(Reaches(request, v1::PrivacyRequest::STATE_COMPLETED));
  const std::vector<json> audit = Audit();
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit[0].at("action"), "ACTION_RESUME");
  EXPECT_EQ(audit[0].at("reasonBefore"), "delete: endpoint_404");
}

}  // namespace
}  // namespace lethe::test
