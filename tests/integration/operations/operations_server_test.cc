#include "telemetry/operations_server.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lethe::telemetry {
namespace {

struct Reply {
  long status = 0;
  std::string body;
  std::string headers;
};

size_t Append(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

Reply Call(int port, const std::string& path, const std::string& method = "GET") {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  Reply reply;
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + path;
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

/// One server for all: civetweb takes up to two seconds to stop.
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

TEST_F(OperationsServerTest, ASilentPeerDoesNotKeepOthersOut) {
  std::vector<int> silent;
  for (int i = 0; i < 3; ++i) {
    const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    silent.push_back(peer);
  }
  EXPECT_EQ(Call(port(), "/healthz").status, 200);
  for (int peer : silent) close(peer);
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
