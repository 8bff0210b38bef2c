#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lethe/result.h"

namespace lethe::telemetry {

/// What the pages ask. Called from the server's threads, several at a time; must not throw.
struct OperationsHooks {
  std::function<std::string()> metrics_text;

  /// Whether the process's own loops are alive. Must not touch the database: a restart does not
  /// bring one back.
  std::function<bool()> alive;

  /// Why the process cannot serve, as one lower_snake_case word for people and tests; nothing if it
  /// can. May take a second or two.
  std::function<std::optional<std::string>()> not_ready_reason;
};

/// The port for machines that watch the process. GET and HEAD of
///   /metrics  Prometheus' text format
///   /healthz  200 `ok`, or 503 `stuck`
///   /readyz   200 `ok`, or 503 and the reason
/// Any other path is 404, any other method 405. Listens until destroyed.
class OperationsServer {
 public:
  /// `listen` is HOST:PORT; port 0 takes a free one.
  ///   kUnavailable (LISTEN_FAILED): the address is in use or not this machine's.
  static Result<std::unique_ptr<OperationsServer>> Start(const std::string& listen,
                                                         OperationsHooks hooks);
  ~OperationsServer();

  int port() const;

 private:
  class Impl;
  explicit OperationsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lethe::telemetry
