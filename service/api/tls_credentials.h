#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "api/server.h"

namespace lethe::api {

/// What gRPC needs to speak TLS on one port. Each new connection is shown the identity of that
/// moment; those that there are go on. They outlive the server that they are given to.
std::shared_ptr<grpc::ServerCredentials> TlsCredentials(const ServerTls& tls);

}  // namespace lethe::api
