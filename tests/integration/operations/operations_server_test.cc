#include "telemetry/operations_server.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/raw_peers.h"

namespace lethe::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::AllowDescriptors;
using test::ConnectPeers;
using test::RawPeer;

struct Reply {
  long status = 0;
  std::string body;
  std::string headers;
};

size_t Append(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

OperationsHooks Healthy() {
  return {.metrics_text = [] { return std::string(); },
          .alive = [] { return true; },
          .not_ready_reason = [] { return std::nullopt; }};
}

Reply Call(int port, const std::string& path, const std::string& method = "GET",
           const std::string& host = "127.0.0.1") {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  Reply reply;
  const std::string url = "http://" + host + ":" + std::to_string(port) + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 20L);
  if (method == "HEAD") {
    curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &reply.headers);
  EXPECT_EQ(curl_easy_perform(curl.get()), CURLE_OK) << method << " " << path;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

/// One server for all.
class OperationsServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto server = OperationsServer::Start("127.0.0.1:0",
                                          {.metrics_text = [] { return metrics_; },
                                           .alive = [] { return alive_.load(); },
                                           .not_ready_reason = []() -> std::optional<std::string> {
                                             if (ready_) return std::nullopt;
                                             return "database_unreachable";
                                           }});
    if (!server.ok()) throw std::runtime_error(server.error().message);
    server_ = std::move(server).value();
  }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    metrics_ = "# HELP x y\nx 1\n";
    alive_ = true;
    ready_ = true;
  }

  static int port() { return server_->port(); }

  static inline std::string metrics_;
  static inline std::atomic<bool> alive_{true};
  static inline std::atomic<bool> ready_{true};
  static inline std::unique_ptr<OperationsServer> server_;
};

TEST_F(OperationsServerTest, ShowsTheMetricsAsPrometheusReadsThem) {
  const Reply reply = Call(port(), "/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "# HELP x y\nx 1\n");
  EXPECT_NE(reply.headers.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
            std::string::npos)
      << reply.headers;
}

TEST_F(OperationsServerTest, SendsAPageOfManyMegabytesWhole) {
  metrics_ = std::string(8 << 20, 'x');
  EXPECT_EQ(Call(port(), "/metrics").body.size(), metrics_.size());
}

TEST_F(OperationsServerTest, HealthFollowsTheLoopsAndNotTheDatabase) {
  ready_ = false;
  EXPECT_EQ(Call(port(), "/healthz").status, 200);
  alive_ = false;
  const Reply reply = Call(port(), "/healthz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "stuck\n");
}

TEST_F(OperationsServerTest, ReadinessSaysWhyNot) {
  EXPECT_EQ(Call(port(), "/readyz").body, "ok\n");
  ready_ = false;
  const Reply reply = Call(port(), "/readyz");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "database_unreachable\n");
}

TEST_F(OperationsServerTest, OtherPathsAreNotFound) {
  for (const char* path :
       {"/", "/metrics/", "/metricsx", "/healthz/deep", "/../etc/passwd", "/%2e%2e/etc/passwd"}) {
    EXPECT_EQ(Call(port(), path).status, 404) << path;
  }
}

TEST_F(OperationsServerTest, AQueryChangesNothing) {
  EXPECT_EQ(Call(port(), "/healthz?verbose=1").status, 200);
}

TEST_F(OperationsServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  const Reply reply = Call(port(), "/metrics", "HEAD");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.headers.find("Content-Length: 15\r\n"), std::string::npos) << reply.headers;
  EXPECT_EQ(reply.body, "");
}

TEST_F(OperationsServerTest, OtherMethodsAreRefused) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    const Reply reply = Call(port(), "/metrics", method);
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_NE(reply.headers.find("Allow: GET, HEAD\r\n"), std::string::npos) << method;
  }
}

TEST_F(OperationsServerTest, TwoThousandSilentOrSlowPeersKeepNoProbeOut) {
  AllowDescriptors(5'000);
  const auto silent = ConnectPeers(port(), 1'000);
  const auto slow = ConnectPeers(port(), 1'000);
  for (const RawPeer& peer : slow) peer.Send("GET /healthz HTTP/1.1\r\nHo");
  EXPECT_EQ(Call(port(), "/healthz").status, 200);
  EXPECT_EQ(Call(port(), "/metrics").status, 200);
}

/// More of them than the server has threads.
TEST(OperationsServer, PeersThatDoNotReadKeepNoProbeOut) {
  OperationsHooks hooks = Healthy();
  hooks.metrics_text = [page = std::string(8 << 20, 'x')] { return page; };
  const auto server = OperationsServer::Start("127.0.0.1:0", std::move(hooks));
  ASSERT_TRUE(server.ok()) << server.error().message;
  const auto peers = ConnectPeers((*server)->port(), 6);
  for (const RawPeer& peer : peers) peer.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(Call((*server)->port(), "/healthz").status, 200);
}

TEST(OperationsServer, APeerThatSaysNothingIsClosed) {
  const auto server = OperationsServer::Start("127.0.0.1:0", Healthy(), {.idle = seconds(1)});
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_EQ(RawPeer((*server)->port()).ReadToTheEnd(), "");
}

TEST(OperationsServer, APeerThatTricklesIsClosedWhenItsTimeIsOver) {
  const auto server =
      OperationsServer::Start("127.0.0.1:0", Healthy(), {.lifetime = milliseconds(100)});
  ASSERT_TRUE(server.ok()) << server.error().message;
  const RawPeer peer((*server)->port());
  while (peer.Send("x")) EXPECT_EQ(Call((*server)->port(), "/healthz").status, 200);
}

TEST(OperationsServer, OneMoreThanMayBeOpenClosesTheOldest) {
  const auto server = OperationsServer::Start("127.0.0.1:0", Healthy(), {.connections = 4});
  ASSERT_TRUE(server.ok()) << server.error().message;
  const int port = (*server)->port();
  const RawPeer oldest(port);
  const auto others = ConnectPeers(port, 4);
  EXPECT_EQ(oldest.ReadToTheEnd(), "");
  ASSERT_TRUE(others.back().Send("GET /healthz HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(others.back().ReadToTheEnd().ends_with("\r\n\r\nok\n"));
}

TEST(OperationsServer, HeadersOfManyKilobytesAreRefused) {
  const auto server = OperationsServer::Start("127.0.0.1:0", Healthy());
  ASSERT_TRUE(server.ok()) << server.error().message;
  const RawPeer peer((*server)->port());
  peer.Send("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + std::string(32 << 10, 'x') + "\r\n\r\n");
  EXPECT_FALSE(peer.ReadToTheEnd().starts_with("HTTP/1.1 200"));
}

TEST(OperationsServer, EveryAddressMeansBothFamilies) {
  const auto server = OperationsServer::Start("[::]:0", Healthy());
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_EQ(Call((*server)->port(), "/healthz").status, 200);
  EXPECT_EQ(Call((*server)->port(), "/healthz", "GET", "[::1]").status, 200);
}

TEST_F(OperationsServerTest, AnAddressInUseIsAClearError) {
  const std::string listen = "127.0.0.1:" + std::to_string(port());
  const auto second = OperationsServer::Start(listen, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(second.error().reason, "LISTEN_FAILED");
  EXPECT_NE(second.error().message.find(listen), std::string::npos) << second.error().message;
  EXPECT_EQ(Call(port(), "/healthz").status, 200);
}

TEST(OperationsServer, AnAddressOfAnotherMachineIsAnError) {
  EXPECT_FALSE(OperationsServer::Start("192.0.2.1:0", {}).ok());
}

TEST(OperationsServer, ThePortIsFreeAgainAfterwards) {
  auto first = OperationsServer::Start("127.0.0.1:0", {});
  ASSERT_TRUE(first.ok()) << first.error().message;
  const std::string listen = "127.0.0.1:" + std::to_string((*first)->port());
  first->reset();
  EXPECT_TRUE(OperationsServer::Start(listen, {}).ok());
}

}  // namespace
}  // namespace lethe::telemetry
