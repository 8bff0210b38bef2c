#include <gmock/gmock.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "in_process_server.h"
#include "support/certificates.h"

namespace lethe::api {
namespace {

using access::ClientCertificates;
using access::Refusal;
using grpc::StatusCode;
using std::chrono::seconds;
using test::TestCa;
using test::TestCertificate;
using testing::ElementsAre;

constexpr char kSpiffe[] = "spiffe://company/ns/crm/sa/default";

access::TlsIdentity Identity(const TestCertificate& server, const TestCa* clients) {
  return {.certificates = server.certificate,
          .key = access::PrivateKey(server.key),
          .client_ca = clients == nullptr ? "" : clients->certificate()};
}

/// Made before the server.
struct Cas {
  explicit Cas(ClientCertificates certificates)
      : identity(Identity(server.IssueServer(),
                          certificates == ClientCertificates::kOff ? nullptr : &client)) {}

  TestCa server{"servers"};
  TestCa client{"clients"};
  access::LiveTls identity;
};

class TlsServer : public Cas, public InProcessServer {
 protected:
  explicit TlsServer(ClientCertificates certificates)
      : Cas(certificates),
        InProcessServer(RunHere, {},
                        ServerTls{.identity = identity, .client_certificates = certificates}) {}

  std::shared_ptr<grpc::Channel> Channel(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("localhost:" + std::to_string(server_->port()), credentials,
                                     own);
  }
  std::shared_ptr<grpc::Channel> Channel(const TestCa& believed,
                                         const std::optional<TestCertificate>& own = {}) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = believed.certificate();
    if (own) {
      options.pem_cert_chain = own->certificate;
      options.pem_private_key = own->key;
    }
    return Channel(grpc::SslCredentials(options));
  }

  /// NOT_FOUND: the call has come to its handler.
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    v1::GetPrivacyRequestRequest request;
    request.set_name("accounts/shop/privacyRequests/1");
    v1::PrivacyRequest response;
    return v1::PrivacyRequestService::NewStub(channel)->GetPrivacyRequest(&context, request,
                                                                          &response);
  }
  StatusCode CallWith(const std::optional<TestCertificate>& own = {}) const {
    return Call(Channel(server, own)).error_code();
  }
};

class TlsWithoutClientCertificates : public TlsServer {
 protected:
  TlsWithoutClientCertificates() : TlsServer(ClientCertificates::kOff) {}
};

TEST_F(TlsWithoutClientCertificates, ServesWhoBelievesItsCa) {
  EXPECT_EQ(CallWith(), StatusCode::NOT_FOUND);
  EXPECT_EQ(CallWith(client.Issue({})), StatusCode::NOT_FOUND);
  EXPECT_EQ(Call(Channel(client)).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithoutClientCertificates, RefusesPlaintext) {
  EXPECT_EQ(Call(Channel(grpc::InsecureChannelCredentials())).error_code(),
            StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithoutClientCertificates, AnswersItself) { EXPECT_TRUE(server_->Answers(seconds(10))); }

TEST_F(TlsWithoutClientCertificates, ShowsANewCertificateToNewConnectionsAndKeepsTheOldOnes) {
  const auto before = Channel(server);
  EXPECT_EQ(Call(before).error_code(), StatusCode::NOT_FOUND);
  const TestCa next("next servers");
  identity.Use(Identity(next.IssueServer(), nullptr));
  EXPECT_EQ(Call(Channel(next)).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(Call(Channel(server)).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(before).error_code(), StatusCode::NOT_FOUND);
}

/// Whether a client that speaks this version of TLS and no other is answered.
bool ServesVersion(int port, int version) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // which would refuse old versions by itself
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  BIO* const connection = BIO_new_ssl_connect(context.get());
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> owned(connection, &BIO_free_all);
  BIO_set_conn_hostname(connection, ("127.0.0.1:" + std::to_string(port)).c_str());
  return BIO_do_handshake(connection) == 1;
}

TEST_F(TlsWithoutClientCertificates, SpeaksVersion12OrLater) {
  EXPECT_TRUE(ServesVersion(server_->port(), TLS1_3_VERSION));
  EXPECT_TRUE(ServesVersion(server_->port(), TLS1_2_VERSION));
  EXPECT_FALSE(ServesVersion(server_->port(), TLS1_1_VERSION));
  EXPECT_FALSE(ServesVersion(server_->port(), TLS1_VERSION));
}

class TlsWithRequiredCertificates : public TlsServer {
 protected:
  TlsWithRequiredCertificates() : TlsServer(ClientCertificates::kRequired) {}
};

TEST_F(TlsWithRequiredCertificates, ServesThoseOfTheClientCaAlone) {
  EXPECT_EQ(CallWith(client.Issue({})), StatusCode::NOT_FOUND);
  EXPECT_EQ(CallWith(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallWith(server.Issue({})), StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallWith(TestCa("clients").Issue({})), StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithRequiredCertificates, RefusesOneThatHasEndedOrNotBegun) {
  EXPECT_EQ(CallWith(client.Issue({.until = seconds(-1)})), StatusCode::UNAVAILABLE);
  EXPECT_EQ(CallWith(client.Issue({.from = seconds(600)})), StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithRequiredCertificates, TakesUpANewClientCa) {
  const TestCa next("next clients");
  EXPECT_EQ(CallWith(next.Issue({})), StatusCode::UNAVAILABLE);
  identity.Use(Identity(server.IssueServer(), &next));
  EXPECT_EQ(CallWith(next.Issue({})), StatusCode::NOT_FOUND);
  EXPECT_EQ(CallWith(client.Issue({})), StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithRequiredCertificates, AnswersItselfThoughItHasNoCertificate) {
  EXPECT_TRUE(server_->Answers(seconds(10)));
}

class TlsWithOptionalCertificates : public TlsServer {
 protected:
  TlsWithOptionalCertificates() : TlsServer(ClientCertificates::kOptional) {}

  void Know(const std::string& principal, const std::string& certificate) {
    access::Member member{
        .principal = {.name = principal, .grants = {{.role = Role::kReader, .accounts = {"shop"}}}},
        .certificates = {certificate}};
    members_.push_back(std::move(member));
    directory_.Use(access::Directory(members_));
  }

 private:
  std::vector<access::Member> members_;
};

TEST_F(TlsWithOptionalCertificates, ServesThoseOfTheClientCaAndThoseWithoutOne) {
  EXPECT_EQ(CallWith(client.Issue({})), StatusCode::NOT_FOUND);
  EXPECT_EQ(CallWith(), StatusCode::NOT_FOUND);
  EXPECT_EQ(CallWith(server.Issue({})), StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithOptionalCertificates, RecognisesPrincipalsByTheirNames) {
  Know("crm", kSpiffe);
  Know("etl", "etl.company.internal");
  EXPECT_EQ(CallWith(client.Issue({.names = {std::string("URI:") + kSpiffe}})),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(CallWith(client.Issue({.names = {"DNS:ETL.company.internal"}})), StatusCode::NOT_FOUND);
  EXPECT_THAT(refused(), ElementsAre());

  EXPECT_EQ(CallWith(client.Issue({.names = {"DNS:else.company.internal"}})),
            StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(CallWith(), StatusCode::UNAUTHENTICATED);
  using Seen = InProcessServer::Refused;
  EXPECT_THAT(refused(), ElementsAre(Seen{Refusal::kUnknownCredential, "GetPrivacyRequest", ""},
                                     Seen{Refusal::kNoCredential, "GetPrivacyRequest", ""}));
}

TEST_F(TlsWithOptionalCertificates, ACertificateEndsWhileItsConnectionGoesOn) {
  Know("crm", kSpiffe);
  const TestCertificate own =
      client.Issue({.names = {std::string("URI:") + kSpiffe}, .until = seconds(3'600)});
  const auto channel = Channel(server, own);
  const TimePoint end = access::ReadCertificate(own.certificate)->until;
  clock_.Advance(std::chrono::duration_cast<milliseconds>(end - clock_.Now()) - milliseconds(1));
  EXPECT_EQ(Call(channel).error_code(), StatusCode::NOT_FOUND);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Call(channel).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(refused(), ElementsAre(InProcessServer::Refused{Refusal::kExpiredCredential,
                                                              "GetPrivacyRequest", "crm"}));
}

}  // namespace
}  // namespace lethe::api
