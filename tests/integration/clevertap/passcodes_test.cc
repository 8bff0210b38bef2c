#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rig.h"
#include "web_server.h"

namespace lethe {
namespace {

using clevertap::HttpVendorClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A CleverTap that knows some passcodes, and a client whose file holds some.
class Passcodes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new WebServer; }
  static void TearDownTestSuite() { delete std::exchange(server_, nullptr); }

  void SetUp() override {
    SetValid({"old"});
    server_->TakeRequests();
  }

  static void SetValid(std::set<std::string> valid, std::string refusal = "401 Unauthorized",
                       milliseconds delay = {}) {
    server_->AnswerBy([=](const SeenRequest& request) {
      std::this_thread::sleep_for(delay);
      return valid.contains(request.headers.at("X-CleverTap-Passcode"))
                 ? HttpAnswer("200 OK", "", R"({"status":"success"})")
                 : HttpAnswer(refusal, "", R"({"status":"fail","code":401})");
    });
  }

  /// The passcodes of the calls since the last time, in order.
  static std::vector<std::string> TakeTried() {
    std::vector<std::string> tried;
    for (const SeenRequest& request : server_->TakeRequests()) {
      tried.push_back(request.headers.at("X-CleverTap-Passcode"));
    }
    return tried;
  }

  std::vector<std::string> file_ = {"old"};
  static inline WebServer* server_ = nullptr;
  HttpVendorClient client_{
      {AccountAt(server_->base_url())},
      [this](const Account&) { return std::vector<Passcode>(file_.begin(), file_.end()); },
      {}};
};

TEST_F(Passcodes, TheNextIsTriedWithinTheSameCall) {
  file_ = {"old", "new"};
  for (const char* refusal : {"401 Unauthorized", "200 OK"}) {  // its body says 401
    SetValid({"old"});
    ASSERT_EQ(Erase(client_, {"ana"}).outcome, OutcomeClass::kAccepted);
    TakeTried();
    SetValid({"new"}, refusal);
    EXPECT_EQ(Erase(client_, {"ana"}).outcome, OutcomeClass::kAccepted);
    EXPECT_THAT(TakeTried(), ElementsAre("old", "new"));
  }
}

TEST_F(Passcodes, TheFirstAnswerThatIsNoRefusalOfThePasscodeIsTheAnswer) {
  file_ = {"first", "second"};
  const auto answer_each = [](std::string first, std::string second) {
    server_->AnswerBy([=](const SeenRequest& request) {
      const bool is_first = request.headers.at("X-CleverTap-Passcode") == "first";
      return HttpAnswer(is_first ? first : second, "", R"({"status":"fail"})");
    });
  };
  const struct {
    std::string first;
    std::string second;
    int answer;
    std::vector<std::string> tried;
  } cases[] = {{"401 Unauthorized", "401 Unauthorized", 401, {"first", "second"}},
               {"401 Unauthorized", "403 Forbidden", 403, {"first", "second"}},
               {"401 Unauthorized", "500 Oops", 500, {"first", "second"}},
               {"403 Forbidden", "401 Unauthorized", 403, {"first"}},
               {"403 Forbidden", "200 OK", 403, {"first"}},
               {"500 Oops", "401 Unauthorized", 500, {"first"}}};
  for (const auto& [first, second, status, tried] : cases) {
    answer_each(first, second);
    EXPECT_EQ(Erase(client_, {"ana"}).http_status, status) << first << ' ' << second;
    EXPECT_EQ(TakeTried(), tried) << first << ' ' << second;
    EXPECT_EQ(client_.Probe(kAccount).http_status, status) << first << ' ' << second;
    const Identifier ana("ana");
    EXPECT_EQ(
        client_.LookUp({.account = kAccount, .kind = IdentifierKind::kIdentity, .identifier = ana})
            .http_status,
        status)
        << first << ' ' << second;
    TakeTried();
  }
}

TEST_F(Passcodes, TheOneThatWorkedLastIsUsedFirst) {
  file_ = {"old", "new"};
  SetValid({"new"});
  Erase(client_, {"ana"});
  SetValid({"old", "new"});
  TakeTried();
  EXPECT_EQ(Erase(client_, {"ana"}).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(client_.Probe(kAccount).outcome, OutcomeClass::kAccepted);
  EXPECT_THAT(TakeTried(), ElementsAre("new", "new"));
}

TEST_F(Passcodes, OneThatLeftTheFileIsNotUsedAgain) {
  Erase(client_, {"ana"});
  TakeTried();
  file_ = {"new"};
  SetValid({"old", "new"});
  EXPECT_EQ(Erase(client_, {"ana"}).outcome, OutcomeClass::kAccepted);
  EXPECT_THAT(TakeTried(), ElementsAre("new"));
}

TEST_F(Passcodes, AllRefusedBlocksTheAccount) {
  file_ = {"old", "new"};
  SetValid({});
  const VendorReply reply = Erase(client_, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kAccountBlocked);
  EXPECT_EQ(reply.http_status, 401);
  EXPECT_THAT(TakeTried(), ElementsAre("old", "new"));
}

TEST_F(Passcodes, AnAnswerThatSaysNothingOfThemEndsTheCall) {
  file_ = {"old", "new"};
  for (const char* status :
       {"413 Too Large", "403 Forbidden", "404 Not Found", "429 Too Many", "500 Oops"}) {
    SetValid({}, status);
    EXPECT_NE(Erase(client_, {"ana"}).outcome, OutcomeClass::kAccountBlocked);
    EXPECT_THAT(TakeTried(), SizeIs(1)) << status;
  }
}

TEST_F(Passcodes, TriesShareOneCallTimeout) {
  SetValid({"new"}, "401 Unauthorized", milliseconds(300));
  const auto both = [](const Account&) { return std::vector{Passcode("old"), Passcode("new")}; };
  HttpVendorClient client({AccountAt(server_->base_url())}, both,
                          {.call_timeout = milliseconds(500)});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "timeout");
}

TEST_F(Passcodes, AProbeIsAGetWithoutABody) {
  Account account = AccountAt(server_->base_url());
  account.probe_path = "/2/hello";
  HttpVendorClient client({account}, Always("old"), {});
  EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(client.Probe(kAccount).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(Erase(client, {"bob"}).outcome, OutcomeClass::kAccepted);
  const std::vector<SeenRequest> requests = server_->TakeRequests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[1].method, "GET");
  EXPECT_EQ(requests[1].path, "/2/hello");
  EXPECT_THAT(requests[1].body, IsEmpty());
  EXPECT_EQ(requests[1].headers.at("X-CleverTap-Account-Id"), kAccountId);
  EXPECT_EQ(requests[1].headers.count("Content-Length"), 0U);
  EXPECT_EQ(requests[2].method, "POST");
  EXPECT_EQ(requests[2].body, R"({"identity":["bob"]})");
  EXPECT_EQ(requests[2].remote_port, requests[0].remote_port);
}

TEST_F(Passcodes, AProbeFollowsNoRedirect) {
  server_->AnswerWith(HttpAnswer("302 Found", "Location: /elsewhere\r\n", ""));
  EXPECT_EQ(client_.Probe(kAccount).outcome, OutcomeClass::kMisconfigured);
  EXPECT_THAT(server_->TakeRequests(), SizeIs(1));
}

TEST_F(Passcodes, AProbeOfAnUnknownAccountAsksNobody) {
  EXPECT_EQ(client_.Probe("somebody-else").outcome, OutcomeClass::kMisconfigured);
  EXPECT_THAT(TakeTried(), IsEmpty());
}

}  // namespace
}  // namespace lethe
