#include "clevertap/vendor_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "loopback.h"
#include "rig.h"
#include "sandbox/sandbox.h"
#include "web_server.h"

namespace lethe {
namespace {

using namespace std::chrono_literals;
using clevertap::AskTime;
using clevertap::Ending;
using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

TEST(VendorTime, IsTheDateOfWhateverComesBack) {
  WebServer server;
  const TimePoint told{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 4h + 5min + 6s};
  for (const char* status : {"200 OK", "401 Unauthorized", "404 Not Found", "503 Away"}) {
    server.AnswerWith(HttpAnswer(status, "date: Mon, 02 Mar 2026 04:05:06 GMT\r\n", ""));
    const auto time = AskTime(AccountAt(server.base_url()), {});
    EXPECT_EQ(time.ending, Ending::kComplete);
    EXPECT_EQ(time.date, told) << status;
  }
}

TEST(VendorTime, IsAskedForOnTheProbePathWithoutCredentialsAndPastCaches) {
  WebServer server;
  server.AnswerWith(HttpAnswer("401 Unauthorized", "", ""));
  Account account = AccountAt(server.base_url());
  account.probe_path = "/2/hello";
  AskTime(account, {});
  const auto requests = server.TakeRequests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].method, "GET");
  EXPECT_EQ(requests[0].path, "/2/hello");
  EXPECT_EQ(requests[0].headers.at("Cache-Control"), "no-cache");
  EXPECT_THAT(requests[0].headers, Not(Contains(Key("X-CleverTap-Account-Id"))));
  EXPECT_THAT(requests[0].headers, Not(Contains(Key("X-CleverTap-Passcode"))));
}

TEST(VendorTime, AnAnswerMayNotTellIt) {
  WebServer server;
  for (const char* header :
       {"", "Date: \r\n", "Date: soon\r\n", "Date: Sat, 01 Jan 10000 00:00:00 GMT\r\n",
        "Date: Sat, 01 Jan 300000 00:00:00 GMT\r\n"}) {
    server.AnswerWith(HttpAnswer("200 OK", header, ""));
    const auto time = AskTime(AccountAt(server.base_url()), {});
    EXPECT_EQ(time.ending, Ending::kComplete);
    EXPECT_EQ(time.date, std::nullopt) << header;
  }
}

TEST(VendorTime, NothingIsKnownWithoutAnAnswer) {
  const LoopbackPort port(LoopbackPort::Manner::kRefuses);
  EXPECT_EQ(AskTime(AccountAt(port.Url("http")), {}).ending, Ending::kConnect);
}

TEST(VendorTime, TheSandboxTellsItAndCountsNoCall) {
  const auto sandbox = sandbox::Sandbox::Start({}).value();
  const auto time = AskTime(AccountAt(sandbox->base_url()), {});
  ASSERT_TRUE(time.date);
  EXPECT_LT(std::chrono::abs(*time.date - std::chrono::system_clock::now()), 1min);
  EXPECT_EQ(sandbox->GetReport().total.calls, 0);
  EXPECT_EQ(sandbox->GetReport().total.violation_count(), 0);
}

}  // namespace
}  // namespace lethe
