#pragma once

#include <chrono>
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
  /// can.
  std::function<std::optional<std::string>()> not_ready_reason;
};

/// By what the port speaks TLS 1.2 or later, in PEM; nobody is asked for a client certificate.
struct OperationsTls {
  std::string certificates;  ///< The port's, then those between it and its root.
  std::string key;
};

/// What strangers may take of the process through the operations port.
struct OperationsLimits {
  /// Connections that are open at a time. One more closes the oldest, so that strangers who say
  /// nothing keep no probe out: a probe is done within milliseconds.
  unsigned connections = 64;
  /// The same, with those that are being closed.
  unsigned most_connections() const { return connections * 3 / 2; }

  /// A connection may be open that long, whatever it does: the time in which Prometheus gives a
  /// scrape up. Looked at when another one comes.
  std::chrono::milliseconds lifetime{10'000};

  /// A connection that sends and takes nothing is closed after that.
  std::chrono::seconds idle{5};
};

/// The port for machines that watch the process. GET and HEAD of
///   /metrics  Prometheus' text format
///   /healthz  200 `ok`, or 503 `stuck`
///   /readyz   200 `ok`, or 503 and the reason
/// Any other path is 404, any other method 405. One answer a connection. Listens until destroyed.
class OperationsServer {
 public:
  /// `listen` is as of net::Listener. Without `tls` it speaks plaintext.
  ///   kUnavailable (LISTEN_FAILED): the address is in use or not this machine's.
  static Result<std::unique_ptr<OperationsServer>> Start(
      const std::string& listen, OperationsHooks hooks, OperationsLimits limits = {},
      const std::optional<OperationsTls>& tls = {});
  ~OperationsServer();

  int port() const;

  /// Speaks TLS by other means from now on. A call that is under way is cut off: machines ask
  /// again. Of one that was started with `tls`; for one thread.
  ///   kUnavailable (LISTEN_FAILED): GnuTLS does not take them; those before them hold.
  Status Use(const OperationsTls& tls);

 private:
  class Impl;
  explicit OperationsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lethe::telemetry
