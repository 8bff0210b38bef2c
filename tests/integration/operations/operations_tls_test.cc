#include <curl/curl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/certificates.h"
#include "support/http.h"
#include "telemetry/operations_server.h"

namespace lethe::telemetry {
namespace {

using test::TestCa;
using test::TestCertificate;

OperationsTls Tls(const TestCertificate& certificate) {
  return {.certificates = certificate.certificate, .key = certificate.key};
}

/// CURLE_OK if a client that believes the CA, and speaks these versions at most, is answered.
CURLcode Ask(int port, const TestCa& believed, long versions = CURL_SSLVERSION_MAX_DEFAULT) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  const std::string url = "https://localhost:" + std::to_string(port) + "/healthz";
  std::string ca = believed.certificate();
  curl_blob roots{.data = ca.data(), .len = ca.size(), .flags = CURL_BLOB_COPY};
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_CAINFO_BLOB, &roots);
  curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1 | versions);
  curl_easy_setopt(curl.get(), CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(
      curl.get(), CURLOPT_WRITEFUNCTION, +[](char* data, size_t size, size_t count, void* out) {
        static_cast<std::string*>(out)->append(data, size * count);
        return size * count;
      });
  const CURLcode code = curl_easy_perform(curl.get());
  EXPECT_EQ(body, code == CURLE_OK ? "ok\n" : "");
  return code;
}

class OperationsTlsTest : public testing::Test {
 protected:
  OperationsTlsTest() {
    auto server = OperationsServer::Start("127.0.0.1:0",
                                          {.metrics_text = [] { return std::string(); },
                                           .alive = [] { return true; },
                                           .not_ready_reason = [] { return std::nullopt; }},
                                          {}, Tls(ca_.IssueServer()));
    if (!server.ok()) throw std::runtime_error(server.error().message);
    server_ = *std::move(server);
  }
  int port() const { return server_->port(); }

  const TestCa ca_;
  std::unique_ptr<OperationsServer> server_;
};

TEST_F(OperationsTlsTest, AnswersWhoBelievesItsCaAndNoPlaintext) {
  EXPECT_EQ(Ask(port(), ca_), CURLE_OK);
  EXPECT_EQ(Ask(port(), TestCa("another")), CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(test::HttpClient()
                .Send({.url = "http://127.0.0.1:" + std::to_string(port()) + "/healthz"})
                .status,
            0);
}

TEST_F(OperationsTlsTest, SpeaksVersion12OrLater) {
  EXPECT_EQ(Ask(port(), ca_, CURL_SSLVERSION_MAX_TLSv1_2), CURLE_OK);
  EXPECT_EQ(Ask(port(), ca_, CURL_SSLVERSION_MAX_TLSv1_1), CURLE_SSL_CONNECT_ERROR);
}

TEST_F(OperationsTlsTest, ShowsANewCertificateOnTheSamePort) {
  for (int i = 0; i < 3; ++i) {
    const TestCa next("next");
    const int before = port();
    ASSERT_TRUE(server_->Use(Tls(next.IssueServer())).ok());
    EXPECT_EQ(port(), before);
    EXPECT_EQ(Ask(port(), next), CURLE_OK);
    EXPECT_EQ(Ask(port(), ca_), CURLE_PEER_FAILED_VERIFICATION);
  }
}

TEST_F(OperationsTlsTest, KeepsTheCertificateWhereTheNextIsOfNoUse) {
  EXPECT_FALSE(server_->Use({.certificates = "nothing", .key = "nothing"}).ok());
  EXPECT_EQ(Ask(port(), ca_), CURLE_OK);
}

}  // namespace
}  // namespace lethe::telemetry
