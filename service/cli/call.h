#pragma once

#include <grpcpp/client_context.h>

#include <chrono>

namespace lethe::cli {

/// A context that gives the call its deadline.
struct Call {
  Call() { context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10)); }
  grpc::ClientContext context;
};

}  // namespace lethe::cli
