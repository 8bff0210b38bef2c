#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "clevertap/answer.h"
#include "loopback.h"
#include "rig.h"
#include "web_server.h"

namespace lethe {
namespace {

using clevertap::HttpVendorClient;
using std::chrono::milliseconds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Wire : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new WebServer; }
  static void TearDownTestSuite() { delete std::exchange(server_, nullptr); }

  void SetUp() override {
    server_->AnswerWith(HttpAnswer("200 OK", "", R"({"status":"success"})"));
    server_->TakeRequests();
  }

  static inline WebServer* server_ = nullptr;
};

TEST_F(Wire, CarriesTheHeadersAndTheBodyOfTheContract) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  ASSERT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  const std::vector<SeenRequest> requests = server_->TakeRequests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].path, "/1/delete/profiles.json");
  EXPECT_EQ(requests[0].body, R"({"identity":["ana"]})");
  const auto& headers = requests[0].headers;
  EXPECT_THAT(headers, Contains(Pair("X-CleverTap-Account-Id", kAccountId)));
  EXPECT_THAT(headers, Contains(Pair("X-CleverTap-Passcode", kPasscode)));
  EXPECT_THAT(headers, Contains(Pair("Content-Type", "application/json; charset=utf-8")));
  EXPECT_THAT(headers, Contains(Pair("Content-Length", "20")));
  EXPECT_THAT(headers, Contains(Pair("User-Agent", StartsWith("lethe/"))));
  EXPECT_THAT(headers, Not(Contains(Key("Expect"))));
}

TEST_F(Wire, KeepsItsConnection) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  for (int call = 0; call < 5; ++call) {
    ASSERT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  }
  const std::vector<SeenRequest> requests = server_->TakeRequests();
  ASSERT_THAT(requests, SizeIs(5));
  for (const SeenRequest& request : requests) {
    EXPECT_EQ(request.remote_port, requests[0].remote_port);
  }
}

TEST_F(Wire, ASurplusAnswerIsNoneToTheNextCall) {
  constexpr std::size_t kReadAtOnce = 16 * 1024;  // by libcurl: the surplus stays in the socket
  const std::string answer = HttpAnswer("200 OK", "", R"({"status":"success"})");
  const std::string padding = "X-Padding: " + std::string(kReadAtOnce - answer.size() - 13, 'x');
  const std::string whole = HttpAnswer("200 OK", padding + "\r\n", R"({"status":"success"})");
  ASSERT_EQ(whole.size(), kReadAtOnce);
  WebServer server;  // of its own: it may see the second call after the client has given it up
  HttpVendorClient client = ClientOf(AccountAt(server.base_url()));
  server.AnswerWith(whole + answer + answer);
  EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  server.AnswerWith(HttpAnswer("500 Away", "", ""));
  EXPECT_NE(Erase(client, {"bob"}).outcome, OutcomeClass::kAccepted);
}

TEST_F(Wire, SendsAnIdentifierOfAnyTextAsItIs) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  ASSERT_EQ(Erase(client, {"@/etc/passwd", "a&b=c%20", "\u00e9"}).outcome, OutcomeClass::kAccepted);
  EXPECT_EQ(server_->TakeRequests().at(0).body,
            "{\"identity\":[\"@/etc/passwd\",\"a&b=c%20\",\"\u00e9\"]}");
}

TEST_F(Wire, AnAnswerThatIsNestedBeyondReasonIsUnreadable) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  server_->AnswerWith(
      HttpAnswer("200 OK", "", R"({"status":"partial","processed":1,"unprocessed":)" + deep + "}"));
  const VendorReply reply = Disassociate(client, {"+919820198202"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "unreadable");
  server_->AnswerWith(
      HttpAnswer("200 OK", "", R"({"status":"success","record":{"events":)" + deep + "}}"));
  const LookUpReply look_up = client.LookUp(
      {.account = kAccount, .kind = IdentifierKind::kIdentity, .identifier = Identifier("ana")});
  EXPECT_EQ(look_up.outcome, LookUpOutcome::kUnknown);
  EXPECT_EQ(look_up.code, "unreadable");
}

TEST_F(Wire, AStatusThatHttpDoesNotHaveIsNoAnswer) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  for (const std::string status_line : {"HTTP/2 40000", "HTTP/2 -7", "HTTP/2 20"}) {
    server_->AnswerWith(status_line + " OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\n" +
                        R"({"status":"success"})");
    const VendorReply reply = Erase(client, {"ana"});
    EXPECT_EQ(reply.http_status, 0) << status_line;
    EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown) << status_line;
    EXPECT_EQ(reply.code, "broken") << status_line;
  }
}

TEST_F(Wire, ADateInRetryAfterCountsToo) {
  server_->AnswerWith(
      HttpAnswer("429 Too Many Requests", "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n", ""));
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kThrottled);
  EXPECT_EQ(reply.retry_after, clevertap::kMaxRetryAfter);
}

TEST_F(Wire, ANonsensicalRetryAfterIsNone) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  for (const std::string value : {"soon", "-5", "0", ""}) {
    server_->AnswerWith(HttpAnswer("429 Too Many Requests", "Retry-After: " + value + "\r\n", ""));
    EXPECT_EQ(Erase(client, {"ana"}).retry_after, std::nullopt) << value;
  }
}

TEST_F(Wire, NoAnswerGetsAnIdentifierOrThePasscodeIntoTheReply) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  for (const std::string status :
       {"200 OK", "200 ana", "301 ana", "400 ana", "401 ana", "429 ana", "500 ana"}) {
    for (const std::string body :
         {R"({"status":"fail","code":"ana","error":"ana open-sesame"})",
          R"({"status":"ana","code":"open-sesame"})", R"(ana open-sesame)",
          R"({"status":"partial","processed":0,"unprocessed":[{"code":"ana"}]})"}) {
      server_->AnswerWith(HttpAnswer(status, "Location: /ana\r\nRetry-After: ana\r\n", body));
      const VendorReply reply = Erase(client, {"ana"});
      EXPECT_THAT(reply.code, Not(HasSubstr("ana")));
      EXPECT_THAT(reply.code, Not(HasSubstr(kPasscode)));
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(Wire, TakesNoProxyFromTheEnvironment) {
  const LoopbackPort nobody(LoopbackPort::Manner::kRefuses);
  ::setenv("http_proxy", nobody.Url("http").c_str(), 1);
  ::setenv("ALL_PROXY", nobody.Url("http").c_str(), 1);
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kAccepted);
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_F(Wire, RefusesCredentialsThatNoHeaderCanCarry) {
  for (const std::string& value :
       {std::string(), std::string("a\r\nX-Evil: 1"), std::string("a\n"), std::string("a\0b", 3),
        std::string("a\x7f"), std::string("\ta")}) {
    HttpVendorClient bad_id = ClientOf(AccountAt(server_->base_url(), value));
    const VendorReply misconfigured = Erase(bad_id, {"ana"});
    EXPECT_EQ(misconfigured.outcome, OutcomeClass::kMisconfigured);
    EXPECT_EQ(misconfigured.code, "bad_account_id");
    HttpVendorClient bad_passcode({AccountAt(server_->base_url())}, Always(value), {});
    const VendorReply blocked = Erase(bad_passcode, {"ana"});
    EXPECT_EQ(blocked.outcome, OutcomeClass::kAccountBlocked);
    EXPECT_EQ(blocked.code, "bad_passcode");
  }
  EXPECT_THAT(server_->TakeRequests(), IsEmpty());
}

TEST_F(Wire, SendsNothingWithoutAPasscode) {
  HttpVendorClient client(
      {AccountAt(server_->base_url())},
      [](const Account&) -> Result<std::vector<Passcode>> {
        return Error{ErrorCode::kUnavailable, "SECRET_UNREADABLE", "cannot read the file"};
      },
      {});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kAccountBlocked);
  EXPECT_EQ(reply.code, "passcode_unreadable");
  EXPECT_EQ(reply.http_status, 0);
  EXPECT_THAT(server_->TakeRequests(), IsEmpty());
}

TEST_F(Wire, SendsNothingThatIsNotUtf8) {
  HttpVendorClient client = ClientOf(AccountAt(server_->base_url()));
  const VendorReply reply = Erase(client, {"ana", "\xff"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kRefused);
  EXPECT_EQ(reply.code, "unsendable");
  EXPECT_THAT(server_->TakeRequests(), IsEmpty());
}

TEST(Connection, ARefusedOneIsNotSent) {
  const LoopbackPort nobody(LoopbackPort::Manner::kRefuses);
  HttpVendorClient client = ClientOf(AccountAt(nobody.Url("http")));
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kNotSent);
  EXPECT_EQ(reply.code, "connect");
}

TEST(Connection, ANameThatCannotExistIsNotSent) {
  // A label has at most 63 characters, so the resolver asks nobody.
  HttpVendorClient client = ClientOf(AccountAt("http://" + std::string(64, 'x') + ".test"));
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kNotSent);
  EXPECT_EQ(reply.code, "resolve");
}

TEST(Connection, AUrlThatIsNoneIsMisconfigured) {
  for (const std::string url : {"", "ftp://127.0.0.1", "file:///etc", "http://a b"}) {
    HttpVendorClient client = ClientOf(AccountAt(url));
    const VendorReply reply = Erase(client, {"ana"});
    EXPECT_EQ(reply.outcome, OutcomeClass::kMisconfigured) << url;
    EXPECT_EQ(reply.code, "bad_url");
  }
}

TEST(Connection, ATimeoutBeforeItStandsIsNotSent) {
  const LoopbackPort silent(LoopbackPort::Manner::kSilent);
  HttpVendorClient client =
      ClientOf(AccountAt(silent.Url("https")), {.connect_timeout = milliseconds(50)});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kNotSent);
  EXPECT_EQ(reply.code, "timeout");
}

TEST(Connection, AnAnswerThatIsNotHttpIsUnknown) {
  for (const std::string_view answer :
       {"ok, done\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "{\"status\":\"success\"}"}) {
    const LoopbackPort port(LoopbackPort::Manner::kSilent);
    const std::jthread vendor([&] {
      const int connection = accept(port.socket(), nullptr, nullptr);
      std::string request;
      while (request.find("ana") == std::string::npos) {
        std::array<char, 4096> piece{};
        const ssize_t size = recv(connection, piece.data(), piece.size(), 0);
        if (size <= 0) break;
        request.append(piece.data(), static_cast<std::size_t>(size));
      }
      send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(connection);
    });
    HttpVendorClient client = ClientOf(AccountAt(port.Url("http")));
    EXPECT_EQ(Erase(client, {"ana"}).outcome, OutcomeClass::kUnknown) << answer;
  }
}

TEST(Connection, ATimeoutAfterTheBodyLeftIsUnknown) {
  const LoopbackPort silent(LoopbackPort::Manner::kSilent);
  HttpVendorClient client =
      ClientOf(AccountAt(silent.Url("http")), {.call_timeout = milliseconds(50)});
  const VendorReply reply = Erase(client, {"ana"});
  EXPECT_EQ(reply.outcome, OutcomeClass::kUnknown);
  EXPECT_EQ(reply.code, "timeout");
}

}  // namespace
}  // namespace lethe
