#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string_view>

#include "cli/client/connection.h"

namespace lethe::cli {

/// Whether `server`, `host:port`, is this machine by its name.
bool IsThisMachine(std::string_view server);

/// A channel to a server. To this machine it is direct. To another it goes through the proxy that
/// `grpc_proxy`, `https_proxy` or `http_proxy` names, unless `no_proxy` names the host. Each call
/// shows the token.
std::shared_ptr<grpc::Channel> OpenChannel(const Connection& connection);

}  // namespace lethe::cli
