#pragma once

#include <grpcpp/client_context.h>

#include <chrono>

namespace lethe::cli {

/// A context that gives the call its deadline.
struct Call {
  explicit Call(std::chrono::seconds time = std::chrono::seconds(10)) {
    context.set_deadline(std::chrono::system_clock::now() + time);
  }
  grpc::ClientContext context;
};

}  // namespace lethe::cli
