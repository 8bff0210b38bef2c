#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "support/api_client.h"
#include "support/certificates.h"
#include "support/eventually.h"
#include "support/http.h"
#include "support/lethed_process.h"
#include "support/postgres.h"

namespace lethe::test {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGrpcTls[] =
    "tls: {certificate_file: server.crt, key_file: server.key, client_ca_file: clients.crt, "
    "client_certificates: ";
constexpr char kAccess[] =
    "principals:\n"
    "  - name: crm\n"
    "    certificates: spiffe://company/crm\n"
    "    grants: [{roles: submitter, accounts: shop}]\n";

/// A lethed whose gRPC port asks for client certificates.
class TlsAtWork : public ::testing::Test {
 protected:
  explicit TlsAtWork(const std::string& client_certificates = "required",
                     const std::string& operations_settings = {})
      : files_({.database_url = database_.url(),
                .vendor_url = "http://127.0.0.1:1",
                .grpc_settings = kGrpcTls + client_certificates + "}",
                .operations_settings = operations_settings,
                .access = kAccess}) {
    Show(servers_.IssueServer());
    files_.SetFile("clients.crt", clients_.certificate());
  }

  void Show(const TestCertificate& server) {
    files_.SetFile("server.crt", server.certificate);
    files_.SetFile("server.key", server.key);
  }

  ApiClient Client(const TestCa& believed, const std::optional<TestCertificate>& own) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = believed.certificate();
    if (own) {
      options.pem_cert_chain = own->certificate;
      options.pem_private_key = own->key;
    }
    return ApiClient(lethed_->grpc_port(), grpc::SslCredentials(options));
  }
  TestCertificate Crm() const { return clients_.Issue({.names = {"URI:spiffe://company/crm"}}); }
  static v1::CreatePrivacyRequestRequest Erasure() {
    return MakeRequest("shop", "k", Ask::kEraseIdentities, {"ann"});
  }
  StatusCode CodeWith(const std::optional<TestCertificate>& own) const {
    return Client(servers_, own).Create(Erasure()).code();
  }

  const TestCa servers_{"servers"};
  const TestCa clients_{"clients"};
  const TestDatabase database_;
  LethedFiles files_;
  std::unique_ptr<Lethed> lethed_;
};

TEST_F(TlsAtWork, KnowsACallerByItsCertificateAndLetsInNobodyElse) {
  lethed_ = files_.StartReady();
  const auto created = Client(servers_, Crm()).Create(Erasure());
  ASSERT_TRUE(created.ok()) << created.status.error_message();
  EXPECT_EQ(created.message.principal(), "crm");

  EXPECT_EQ(CodeWith(clients_.Issue({.names = {"URI:spiffe://company/else"}})),
            StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(CodeWith({}), StatusCode::UNAVAILABLE);
  EXPECT_EQ(CodeWith(servers_.Issue({.names = {"URI:spiffe://company/crm"}})),
            StatusCode::UNAVAILABLE);
  EXPECT_EQ(CodeWith(clients_.Issue(
                {.names = {"URI:spiffe://company/crm"}, .until = std::chrono::seconds(-1)})),
            StatusCode::UNAVAILABLE);
  EXPECT_EQ(ApiClient(lethed_->grpc_port()).Create(Erasure()).code(), StatusCode::UNAVAILABLE);

  const auto failed = [&](const std::string& cause) {
    return lethed_->Metric("lethe_tls_handshakes_failed_total{cause=\"" + cause + "\"}");
  };
  EXPECT_GE(failed("no_certificate"), 1);
  EXPECT_GE(failed("bad_certificate"), 2);
  EXPECT_GE(failed("other"), 1);
  EXPECT_THAT(lethed_->process().err(), Not(HasSubstr("Handshake failed")));
  EXPECT_EQ(lethed_->Metric("lethe_port_plaintext{port=\"grpc\"}"), 0);
}

TEST_F(TlsAtWork, IsReadyAndAliveThoughNoProbeHasACertificate) {
  lethed_ = files_.StartReady();
  EXPECT_EQ(lethed_->Get("/healthz").status, 200);
}

TEST_F(TlsAtWork, TakesUpANewCertificateAndIgnoresABrokenOne) {
  lethed_ = files_.StartReady();
  const auto broken = [&] { return lethed_->Metric("lethe_tls_files_broken{port=\"grpc\"}"); };
  const ApiClient before = Client(servers_, Crm());
  EXPECT_TRUE(before.Create(Erasure()).ok());

  files_.SetFile("server.key", servers_.IssueServer().key);
  ASSERT_TRUE(Eventually([&] { return broken() == 1; }));
  EXPECT_THAT(lethed_->process().out(),
              AllOf(HasSubstr("\"message\":\"tls.refused\""),
                    HasSubstr("server.key: is not the key of the certificate")));
  EXPECT_EQ(CodeWith(Crm()), StatusCode::OK);

  const TestCa next("next servers");
  Show(next.Issue({.names = {"IP:127.0.0.1"}, .until = std::chrono::seconds(86'400)}));
  ASSERT_TRUE(Eventually([&] { return broken() == 0; }));
  EXPECT_TRUE(Client(next, Crm()).Create(Erasure()).ok());
  EXPECT_EQ(CodeWith(Crm()), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(before.Create(Erasure()).ok());
  const auto left =
      lethed_->Metric(
          "lethe_tls_certificate_end_timestamp_seconds{certificate=\"server\",port=\"grpc\"}") -
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(left, 86'400, 600);
}

TEST_F(TlsAtWork, FilesThatAreWrongAreToldByCheckConfigAndServeRefusesThem) {
  files_.SetFile("clients.crt", "nothing");
  for (const std::string command : {"check-config", "serve"}) {
    const auto told = files_.Run(command);
    EXPECT_EQ(told.exit_code, 1);
    EXPECT_THAT(told.err, HasSubstr("clients.crt: has no certificate in PEM"));
  }
  files_.SetFile("clients.crt", clients_.certificate());
  Show(servers_.Issue({.until = std::chrono::seconds(-1)}));
  EXPECT_THAT(files_.Run("check-config").err, HasSubstr("grpc.tls: a certificate has ended"));
}

class TlsOnBothPorts : public TlsAtWork {
 protected:
  TlsOnBothPorts()
      : TlsAtWork("optional", "tls: {certificate_file: server.crt, key_file: server.key}") {}

  HttpReply Get(const std::string& path) const {
    return HttpClient().Send(
        {.url = "https://127.0.0.1:" + std::to_string(lethed_->operations_port()) + path,
         .any_certificate = true});
  }
};

TEST_F(TlsOnBothPorts, ProbesThatBelieveAnyCertificateAreAnswered) {
  lethed_ = files_.Start();
  EXPECT_TRUE(Eventually([&] { return Get("/readyz").status == 200; }));
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_THAT(Get("/metrics").body, HasSubstr("lethe_port_plaintext{port=\"operations\"} 0"));
  EXPECT_EQ(lethed_->Get("/healthz").status, 0) << "in plaintext";
  EXPECT_EQ(CodeWith(Crm()), StatusCode::OK);
  EXPECT_EQ(CodeWith({}), StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace lethe::test
