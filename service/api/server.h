#pragma once

#include <memory>
#include <string>

#include "api/call_observer.h"
#include "api/executor.h"
#include "api/known_accounts.h"
#include "lethe/request_store.h"
#include "lethe/result.h"
#include "lethe/review_store.h"
#include "lethe/time.h"
#include "lethe/vendor_check.h"

namespace lethe::api {

/// Connections that are open at a time; one more is closed at once. An internal service has
/// hundreds of callers at most, and a connection costs a descriptor and tens of kilobytes.
inline constexpr std::size_t kMaxConnections = 1000;

struct ServerParams {
  std::string listen = "127.0.0.1:50051";  ///< As of net::Listener.
  RequestStore& store;                     ///< Outlives the server, as do the others.
  VendorCheck& vendor_check;
  ReviewStore& reviews;
  KnownAccounts accounts;
  const Clock& clock;
  Executor executor;         ///< Runs what waits for the database.
  Executor vendor_executor;  ///< For what waits for CleverTap.
  CallObserver on_finished;  ///< May be empty.
  std::size_t max_connections = kMaxConnections;
};

/// The gRPC server: PrivacyRequestService, OperatorService, `grpc.health.v1.Health` and reflection,
/// on one port without TLS. Thread-safe.
class Server {
 public:
  /// Serving when it returns. kFailedPrecondition (CANNOT_LISTEN) if the address cannot be had.
  static Result<std::unique_ptr<Server>> Start(ServerParams params);

  /// Shuts down, cutting off calls that still run.
  ~Server();

  int port() const;

  /// What the health service says, of both services and of the process (`""`). SERVING at first.
  void SetServing(bool serving);

  /// Health turns NOT_SERVING, new calls are refused (UNAVAILABLE; CANCELLED for those that arrive
  /// at this very moment, so say SetServing(false) some time before), and running ones have this
  /// long to end before they are cancelled. Returns when the last has ended: a call that the store
  /// or the executor still has is waited for in any case. Later calls do nothing.
  void Shutdown(milliseconds grace);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lethe::api
