#pragma once

#include <csignal>
#include <memory>
#include <mutex>

#include "support/api_client.h"
#include "support/lethed_process.h"

namespace lethe::test {

/// A lethed that is killed and started again, while callers hold on to it.
class Replica {
 public:
  explicit Replica(LethedFiles& files) : files_(files) { Start(); }

  /// Restarts without a moment to write anything down; does not wait until it is ready again.
  void KillAndStart() {
    lethed_->process().Signal(SIGKILL);
    lethed_.reset();
    Start();
  }

  bool ready() const { return lethed_->ready(); }
  int grpc_port() const { return lethed_->grpc_port(); }

  std::shared_ptr<const ApiClient> api() const {
    std::lock_guard lock(mutex_);
    return api_;
  }

 private:
  void Start() {
    lethed_ = files_.Start();
    std::lock_guard lock(mutex_);
    api_ = std::make_shared<ApiClient>(lethed_->grpc_port());
  }

  LethedFiles& files_;
  std::unique_ptr<Lethed> lethed_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ApiClient> api_;
};

}  // namespace lethe::test
