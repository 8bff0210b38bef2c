#include "api/port/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <mutex>
#include <string>
#include <utility>

namespace lethe::api {
namespace {

grpc_ssl_client_certificate_request_type Asked(access::ClientCertificates certificates) {
  switch (certificates) {
    case access::ClientCertificates::kOff: return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
    case access::ClientCertificates::kOptional:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case access::ClientCertificates::kRequired: break;
  }
  return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
}

/// gRPC's C++ has no credentials that ask for the certificate of the moment, but its C has.
/// `FileWatcherCertificateProvider` of 1.51 takes what the files have, also half of a change: a
/// key that is not the certificate's ends every connection that comes after it.
class ReloadedCredentials : public grpc::ServerCredentials {
 public:
  explicit ReloadedCredentials(const ServerTls& tls)
      : identity_(tls.identity),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                Asked(tls.client_certificates), &ReloadedCredentials::Fetch, this))) {}
  ~ReloadedCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  /// gRPC asks before each handshake.
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto& own = *static_cast<ReloadedCredentials*>(self);
    auto current = own.identity_.Current();
    const std::lock_guard lock(own.mutex_);
    if (current == own.given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair{.private_key = current->key.Reveal().c_str(),
                                          .cert_chain = current->certificates.c_str()};
    // gRPC wants some, also where it asks for no client certificate.
    const std::string& roots =
        current->client_ca.empty() ? current->certificates : current->client_ca;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    own.given_ = std::move(current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const access::LiveTls identity_;
  std::mutex mutex_;
  std::shared_ptr<const access::TlsIdentity> given_;  ///< To gRPC, last.
  grpc_server_credentials* const credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const ServerTls& tls) {
  return std::make_shared<ReloadedCredentials>(tls);
}

}  // namespace lethe::api
