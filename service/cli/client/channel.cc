#include "cli/client/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>

#include <string>
#include <utility>
#include <vector>

namespace lethe::cli {
namespace {

using grpc::experimental::ClientInterceptorFactoryInterface;
using grpc::experimental::ClientRpcInfo;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;

/// Shows a token with each call. gRPC's own credentials of calls are for TLS alone.
class TokenShower final : public Interceptor, public ClientInterceptorFactoryInterface {
 public:
  explicit TokenShower(std::string token) : token_(std::move(token)) {}

  Interceptor* CreateClientInterceptor(ClientRpcInfo*) override { return new TokenShower(token_); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", "Bearer " + token_);
    }
    methods->Proceed();
  }

 private:
  const std::string token_;
};

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const Connection& connection) {
  if (!connection.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = connection.ca;
  options.pem_cert_chain = connection.certificate;
  options.pem_private_key = connection.key;
  return grpc::SslCredentials(options);
}

}  // namespace

bool IsThisMachine(std::string_view server) {
  const std::string_view host = server.substr(0, server.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

std::shared_ptr<grpc::Channel> OpenChannel(const Connection& connection) {
  grpc::ChannelArguments arguments;
  if (IsThisMachine(connection.server)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!connection.server_name.empty()) {
    arguments.SetSslTargetNameOverride(connection.server_name);
  }
  std::vector<std::unique_ptr<ClientInterceptorFactoryInterface>> interceptors;
  if (!connection.token.empty()) {
    interceptors.push_back(std::make_unique<TokenShower>(connection.token));
  }
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      connection.server, CredentialsOf(connection), arguments, std::move(interceptors));
}

}  // namespace lethe::cli
