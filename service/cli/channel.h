#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace lethe::cli {

/// A channel to `server`, `host:port`. To this machine it is direct. To another it goes through the
/// proxy that `grpc_proxy`, `https_proxy` or `http_proxy` names, unless `no_proxy` names the host.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& server);

}  // namespace lethe::cli
