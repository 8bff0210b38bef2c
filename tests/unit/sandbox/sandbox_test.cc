#include "sandbox/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/eventually.h"
#include "support/http.h"

namespace lethe::sandbox {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using test::Eventually;
using test::HttpClient;
using test::HttpReply;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAccount = "ACCOUNT";
const std::string kAnn = R"({"identity":["ann"]})";

class SandboxTest : public ::testing::Test {
 protected:
  void SetUp() override { Start({}); }

  void Start(const Options& options) {
    auto started = Sandbox::Start(options);
    ASSERT_TRUE(started.ok());
    sandbox_ = std::move(started).value();
  }

  HttpReply Send(HttpClient& client, const std::string& method, const std::string& path,
                 const std::string& body = "") const {
    return client.Send(
        {.method = method,
         .url = sandbox_->base_url() + path,
         .headers = {std::string("X-CleverTap-Account-Id: ") + kAccount,
                     "X-CleverTap-Passcode: PASS", "Content-Type: application/json; charset=utf-8"},
         .body = body});
  }
  HttpReply Delete(const std::string& body = kAnn) {
    return Send(client_, "POST", std::string(Path(Endpoint::kDelete)), body);
  }
  HttpReply Control(const std::string& method, const std::string& what,
                    const std::string& body = "") {
    return Send(client_, method, "/sandbox/" + what, body);
  }
  Tally DeleteTally() const {
    return sandbox_->GetReport().accounts[kAccount].apis[Endpoint::kDelete];
  }

  std::unique_ptr<Sandbox> sandbox_;
  HttpClient client_;
};

TEST_F(SandboxTest, AnswersOnAPortOfItsOwn) {
  EXPECT_GT(sandbox_->port(), 0);
  EXPECT_EQ(sandbox_->base_url(), "http://127.0.0.1:" + std::to_string(sandbox_->port()));
  const HttpReply reply = Delete();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"status":"success"})");
  EXPECT_EQ(reply.headers.at("content-type"), "application/json; charset=utf-8");
}

TEST_F(SandboxTest, ACallThatBreaksOffInItsBodyNeverCame) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  curl_easy_setopt(curl.get(), CURLOPT_URL, sandbox_->base_url().c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CONNECT_ONLY, 1L);
  ASSERT_EQ(curl_easy_perform(curl.get()), CURLE_OK);
  const std::string begun = "POST " + std::string(Path(Endpoint::kDelete)) +
                            " HTTP/1.1\r\nX-CleverTap-Account-Id: ACCOUNT\r\n"
                            "X-CleverTap-Passcode: PASS\r\nContent-Type: application/json\r\n"
                            "Content-Length: 100\r\n\r\n{\"identity\":[";
  std::size_t sent = 0;
  ASSERT_EQ(curl_easy_send(curl.get(), begun.data(), begun.size(), &sent), CURLE_OK);
  ASSERT_EQ(sent, begun.size());
  curl_socket_t connection = CURL_SOCKET_BAD;
  curl_easy_getinfo(curl.get(), CURLINFO_ACTIVESOCKET, &connection);
  shutdown(connection, SHUT_WR);

  pollfd ended{.fd = connection, .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&ended, 1, 30'000), 1);
  char byte = 0;
  EXPECT_EQ(recv(connection, &byte, 1, 0), 0) << "the sandbox answered";
  EXPECT_EQ(sandbox_->GetReport().total.calls, 0);
  EXPECT_EQ(sandbox_->GetReport().total.violation_count(), 0);
}

TEST_F(SandboxTest, RefusesToListenWhereSomeoneDoes) {
  const auto second = Sandbox::Start({.listen = "127.0.0.1:" + std::to_string(sandbox_->port())});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason, "LISTEN_FAILED");
}

TEST_F(SandboxTest, KeepsConnectionsAlive) {
  EXPECT_EQ(Delete().connections, 1);
  EXPECT_EQ(Delete().connections, 0);
}

TEST_F(SandboxTest, ClosesTheConnectionAfterA401) {
  Start({.account_id = kAccount, .passcode = "OTHER"});
  const HttpReply reply = Delete();
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_EQ(Delete().connections, 1);
  EXPECT_EQ(sandbox_->GetReport().total.wrong_credentials, 2);
}

TEST_F(SandboxTest, TakesALargeBody) {
  json identities = json::array();
  for (int i = 0; i < 100; ++i) {
    std::string identity;
    for (int j = 0; j < 1020; ++j) identity += "\xF0\x9F\x98\x80";
    identities.push_back(identity + std::to_string(i));
  }
  EXPECT_EQ(Delete(json{{"identity", identities}}.dump()).status, 200);
  EXPECT_EQ(DeleteTally().distinct_identifiers, 100);
}

TEST_F(SandboxTest, DecodesTheQueryOfALookUp) {
  ASSERT_TRUE(
      sandbox_->AddProfile(kAccount, {.identities = {"+919213231415"}, .devices = {{"guid-1"}}}));
  EXPECT_THAT(Send(client_, "GET", "/1/profile.json?identity=%2B919213231415").body,
              HasSubstr("guid-1"));
  EXPECT_THAT(Send(client_, "GET", "/1/profile.json?identity=+919213231415").body,
              HasSubstr("null"));
}

TEST_F(SandboxTest, ReadsDryRunFromTheQuery) {
  const std::string body = R"({"d":[{"type":"phone","value":"+919213231415"}]})";
  EXPECT_EQ(Send(client_, "POST", "/1/disassociate?dryRun=1", body).status, 200);
  EXPECT_EQ(sandbox_->GetReport().total.identifiers_taken, 0);
  EXPECT_EQ(sandbox_->GetReport().total.dry_runs, 1);
  EXPECT_EQ(Send(client_, "POST", "/1/disassociate", body).status, 200);
  EXPECT_EQ(sandbox_->GetReport().total.identifiers_taken, 1);
}

TEST_F(SandboxTest, DropsTheConnectionBeforeOrAfterTheEffect) {
  sandbox_->AddFault({.kind = FaultKind::kDrop});
  EXPECT_EQ(Delete().result, CURLE_GOT_NOTHING);
  EXPECT_EQ(DeleteTally().identifiers_taken, 0);
  sandbox_->AddFault({.kind = FaultKind::kDrop, .after_effect = true});
  EXPECT_EQ(Delete().result, CURLE_GOT_NOTHING);
  EXPECT_EQ(DeleteTally().identifiers_taken, 1);
}

TEST_F(SandboxTest, CutsAnswersOff) {
  sandbox_->AddFault({.kind = FaultKind::kTruncated});
  const HttpReply reply = Delete();
  EXPECT_EQ(reply.result, CURLE_PARTIAL_FILE);
  EXPECT_EQ(reply.body, R"({"status":)");
  EXPECT_EQ(DeleteTally().identifiers_taken, 1);
}

TEST_F(SandboxTest, DripsAnswers) {
  sandbox_->AddFault({.kind = FaultKind::kDrip, .delay = milliseconds(1)});
  EXPECT_EQ(Delete().body, R"({"status":"success"})");
}

TEST_F(SandboxTest, SendsHugeAnswers) {
  sandbox_->AddFault({.kind = FaultKind::kHuge, .bytes = 5'000'000});
  EXPECT_EQ(Delete().body.size(), 5'000'000U);
}

TEST_F(SandboxTest, SendsEmptyAnswersAndHeaders) {
  sandbox_->AddFault({.kind = FaultKind::kEmpty});
  sandbox_->AddFault({.status = 429, .retry_after = std::chrono::seconds(2)});
  sandbox_->AddFault({.kind = FaultKind::kRedirect});
  HttpReply reply = Delete();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(Delete().headers.at("retry-after"), "2");
  reply = Delete();
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.headers.count("location"), 1U);
}

TEST_F(SandboxTest, AllowsThreeCallsInFlightAndStopsWithoutThem) {
  sandbox_->AddFault({.kind = FaultKind::kLatency, .times = 3, .delay = std::chrono::hours(1)});
  std::vector<std::future<CURLcode>> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(std::async(std::launch::async, [this] {
      HttpClient client;
      return Send(client, "POST", std::string(Path(Endpoint::kDelete)), kAnn).result;
    }));
  }
  ASSERT_TRUE(Eventually([this] { return DeleteTally().faults == 3; }));
  EXPECT_EQ(Delete().status, 429);
  EXPECT_EQ(DeleteTally().peak_concurrency, 4);

  sandbox_.reset();
  for (auto& result : slow) EXPECT_NE(result.get(), CURLE_OPERATION_TIMEDOUT);
}

TEST_F(SandboxTest, ASequenceOfCallsNeverCountsAsConcurrent) {
  std::vector<std::jthread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([this] {
      HttpClient client;
      for (int n = 0; n < 200; ++n) {
        EXPECT_EQ(Send(client, "POST", std::string(Path(Endpoint::kDelete)), kAnn).status, 200);
      }
    });
  }
  callers.clear();
  EXPECT_EQ(DeleteTally().calls, 600);
  EXPECT_EQ(DeleteTally().violation_count(), 0);
}

TEST_F(SandboxTest, NightsComeByThemselves) {
  Start({.night_every = milliseconds(5)});
  ASSERT_TRUE(
      sandbox_->AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}).ok());
  EXPECT_EQ(Delete().status, 200);
  EXPECT_TRUE(Eventually(
      [this] { return !sandbox_->FindProfile(kAccount, ProfileKey::kIdentity, "ann"); }));
}

TEST_F(SandboxTest, NightsComeOnlyWhenToldToWithoutAnInterval) {
  ASSERT_TRUE(
      sandbox_->AddProfile(kAccount, {.identities = {"ann"}, .devices = {{"guid-1"}}}).ok());
  EXPECT_FALSE(sandbox_->AddProfile(kAccount, {.identities = {"ann"}}).ok());
  EXPECT_EQ(Delete().status, 200);
  EXPECT_TRUE(sandbox_->FindProfile(kAccount, ProfileKey::kIdentity, "ann"));
  sandbox_->RunNight();
  EXPECT_FALSE(sandbox_->FindProfile(kAccount, ProfileKey::kIdentity, "ann"));
}

TEST_F(SandboxTest, IsControlledOverHttp) {
  EXPECT_EQ(Control("GET", "health").body, R"({"status":"ok"})");
  EXPECT_EQ(Control("POST", "profiles", R"({"account_id":"ACCOUNT","profiles":[
      {"identities":["ann"],"devices":[{"guid":"guid-1"}]}]})")
                .status,
            200);
  EXPECT_EQ(Control("POST", "faults", R"([{"kind":"status","status":503},"drop"])").status, 200);
  EXPECT_EQ(Delete().status, 503);
  EXPECT_EQ(Control("DELETE", "faults").status, 200);
  EXPECT_EQ(Delete().status, 200);
  EXPECT_EQ(Control("POST", "night").status, 200);

  json report = json::parse(Control("GET", "report").body);
  EXPECT_EQ(report["nights"], 1);
  EXPECT_EQ(report["profiles"]["deleted"], 1);
  EXPECT_EQ(report["accounts"][kAccount]["apis"]["delete"]["by_status"],
            json({{"200", 1}, {"503", 1}}));
  EXPECT_EQ(report["total"]["calls"], 2);

  EXPECT_EQ(Control("POST", "reset").status, 200);
  report = json::parse(Control("GET", "report").body);
  EXPECT_EQ(report["total"]["calls"], 0);
  EXPECT_EQ(report["accounts"], json::object());
}

TEST_F(SandboxTest, ConnectsOverHttp) {
  EXPECT_EQ(Send(client_, "GET", "/v1/connect").body, R"({"status":"success"})");
  sandbox_->SetPasscodes(kAccount, {});
  EXPECT_EQ(Send(client_, "GET", "/v1/connect").status, 401);
  const json report = json::parse(Control("GET", "report").body);
  EXPECT_EQ(report["accounts"][kAccount]["apis"]["connect"]["calls"], 1);
}

TEST_F(SandboxTest, ChangesPasscodesOverHttp) {
  Start({.account_id = kAccount, .passcode = "PASS"});
  EXPECT_EQ(Delete().status, 200);
  Control("POST", "passcodes", R"({"account_id":"ACCOUNT","passcodes":["NEXT"]})");
  EXPECT_EQ(Delete().status, 401);
  Control("POST", "passcodes", R"({"account_id":"ACCOUNT","passcodes":["NEXT","PASS"]})");
  EXPECT_EQ(Delete().status, 200);
}

TEST_F(SandboxTest, PoisonsAndTellsEffectsOverHttp) {
  Control("POST", "poison", R"({"account_id":"ACCOUNT","identifiers":["bob"]})");
  EXPECT_EQ(Delete(R"({"identity":["ann","bob"]})").status, 400);
  EXPECT_EQ(Delete().status, 200);
  EXPECT_EQ(sandbox_->EffectCount(kAccount, Endpoint::kDelete, "ann"), 1);
  EXPECT_GT(sandbox_->EffectsOn(kAccount, Endpoint::kDelete, "ann").first, TimePoint());

  const HttpReply reply = Control(
      "POST", "effects", R"({"account_id":"ACCOUNT","api":"delete","identifiers":["bob","ann"]})");
  EXPECT_THAT(reply.body, Not(HasSubstr("ann")));
  const json effects = json::parse(reply.body)["effects"];
  EXPECT_EQ(effects[0], json({{"count", 0}, {"first_ms", nullptr}, {"last_ms", nullptr}}));
  EXPECT_EQ(effects[1]["count"], 1);
  EXPECT_EQ(effects[1]["first_ms"], effects[1]["last_ms"]);
}

TEST_F(SandboxTest, SomebodyComesBackOverHttp) {
  const auto add = [this](const std::string& guid) {
    return Control(
               "POST", "profiles",
               R"({"account_id":"ACCOUNT","profiles":[{"identities":["ann"],"devices":[{"guid":")" +
                   guid + R"("}]}]})")
        .status;
  };
  EXPECT_EQ(add("guid-1"), 200);
  EXPECT_EQ(Delete().status, 200);
  EXPECT_EQ(add("guid-2"), 400);
  Control("POST", "night");
  Control("POST", "faults", R"({"kind":"absent_fails","api":"profile"})");
  EXPECT_THAT(Send(client_, "GET", "/1/profile.json?identity=ann").body, HasSubstr("fail"));
  EXPECT_EQ(add("guid-2"), 200);
  EXPECT_THAT(Send(client_, "GET", "/1/profile.json?identity=ann").body, HasSubstr("guid-2"));
}

TEST_F(SandboxTest, IgnoresACallOverHttp) {
  Control("POST", "faults", R"({"kind":"ignored","api":"delete"})");
  EXPECT_EQ(Delete().body, R"({"status":"success"})");
  EXPECT_EQ(sandbox_->EffectCount(kAccount, Endpoint::kDelete, "ann"), 0);
}

TEST_F(SandboxTest, ChangesARuleForOneKindOverHttp) {
  Control("POST", "faults",
          R"({"kind":"status","status":400,"times":0,"api":"delete","identifier_kind":"guid"})");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Delete(R"({"guid":["g"]})").status, 400);
  EXPECT_EQ(Delete().status, 200);
  Control("DELETE", "faults");
  EXPECT_EQ(Delete(R"({"guid":["g"]})").status, 200);
}

TEST_F(SandboxTest, SetsRandomFaultsOverHttp) {
  EXPECT_EQ(Control("POST", "faults", R"({"probability":1,"seed":7,"kinds":["empty"]})").status,
            200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Delete().body, "");
  sandbox_->ClearFaults();
  EXPECT_NE(Delete().body, "");
}

TEST_F(SandboxTest, ExplainsWrongControlCalls) {
  EXPECT_THAT(Control("POST", "faults", R"({"kind":"drop","tmies":1})").body, HasSubstr("tmies"));
  EXPECT_EQ(Control("POST", "faults", "[").status, 400);
  EXPECT_EQ(Control("POST", "profiles", "{}").status, 400);
  EXPECT_EQ(Control("POST", "profiles", R"({"account_id":"A","profiles":[{}]})").status, 400);
  for (const char* what : {"passcodes", "poison", "effects"}) {
    EXPECT_EQ(Control("POST", what, R"({"account_id":"A"})").status, 400) << what;
  }
  EXPECT_EQ(Control("GET", "reports").status, 404);
  EXPECT_EQ(sandbox_->GetReport().total.calls, 0);
}

TEST_F(SandboxTest, TheReportHoldsNoIdentifier) {
  Delete(R"({"identity":["needle@example.com"]})");
  Delete(R"({"identity":["needle@example.com","needle@example.com"]})");
  Send(client_, "POST", "/1/disassociate", R"({"d":[{"type":"phone","value":"needle"}]})");
  Send(client_, "GET", "/1/profile.json?identity=needle");
  const std::string report = Control("GET", "report").body;
  EXPECT_THAT(report, Not(HasSubstr("needle")));
  EXPECT_THAT(report, HasSubstr(R"("identifiers_taken":3)"));
}

TEST(UntilNight, IsTheNextTimeOfDayAndNeverNow) {
  using namespace std::chrono_literals;
  constexpr std::chrono::sys_time<std::chrono::milliseconds> kMidnight{
      std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};
  EXPECT_EQ(UntilNight(kMidnight, 2h), 2h);
  EXPECT_EQ(UntilNight(kMidnight + 1h + 59min, 2h), 1min);
  EXPECT_EQ(UntilNight(kMidnight + 2h - 1ms, 2h), 1ms);
  EXPECT_EQ(UntilNight(kMidnight + 2h, 2h), 24h);
  EXPECT_EQ(UntilNight(kMidnight + 23h, 2h), 3h);
}

}  // namespace
}  // namespace lethe::sandbox
