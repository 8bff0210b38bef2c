#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "access/tls.h"

namespace lethe::api {

/// By what the port speaks TLS 1.2 or later.
struct ServerTls {
  access::LiveTls identity;  ///< Connections that come later have the one that there is then.
  access::ClientCertificates client_certificates = access::ClientCertificates::kOff;
};

/// What gRPC needs to speak TLS on one port. Each new connection is shown the identity of that
/// moment; those that there are go on. They outlive the server that they are given to.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const ServerTls& tls);

}  // namespace lethe::api
