#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "access/directory.h"
#include "api/calls/call_budget.h"
#include "api/calls/call_observer.h"
#include "api/calls/executor.h"
#include "api/gate/gate.h"
#include "api/gate/known_accounts.h"
#include "api/port/tls_credentials.h"
#include "lethe/pause_store.h"
#include "lethe/recovery.h"
#include "lethe/request_changer.h"
#include "lethe/request_lists.h"
#include "lethe/request_store.h"
#include "lethe/result.h"
#include "lethe/review_store.h"
#include "lethe/subject_holds.h"
#include "lethe/time.h"
#include "lethe/vendor_check.h"

namespace lethe::api {

/// What callers may take of the process. What is beyond is refused, and costs next to nothing.
struct ServerLimits {
  /// Connections that are open at a time; one more is closed at once. An internal service has
  /// hundreds of callers at most, and a connection costs a descriptor and tens of kilobytes.
  std::size_t connections = 1000;

  /// Calls at a time on one connection; further ones wait at the caller. gRPC itself has no limit.
  /// Eight times the calls that one client usually has in flight.
  int streams = 128;

  /// What gRPC may hold of messages that have not come whole yet, or are not sent yet, in bytes.
  /// Beyond it gRPC resets calls, and closes connections.
  std::size_t buffers = 256UL * 1024 * 1024;

  CallLimits calls = {};

  /// Calls without an end at a time: health watches and dialogues of reflection; one more is
  /// cancelled. Two for each connection.
  std::int64_t watches = 2'000;

  /// How long a connection lives, by a tenth more or less, so that callers who stay connected meet
  /// new replicas within minutes. They connect again by themselves; calls that run then have
  /// `connection_grace` to end, more than any takes.
  milliseconds connection_age{300'000};
  milliseconds connection_grace{60'000};
};

struct ServerParams {
  std::string listen = "127.0.0.1:50051";  ///< As of net::Listener.
  std::optional<ServerTls> tls = {};       ///< Nothing: plaintext.
  RequestStore& store;                     ///< Outlives the server, as do the others.
  RequestLists& lists;
  RequestChanger& changer;
  SubjectHolds& subjects;
  VendorCheck& vendor_check;
  ReviewStore& reviews;
  PauseStore& pauses;
  RecoveryStore& recovery;
  KnownAccounts accounts;
  const Clock& clock;
  Executor executor;            ///< Runs what waits for the database.
  Executor vendor_executor;     ///< For what waits for CleverTap.
  Executor bulk_executor = {};  ///< For large requests; empty: gRPC's own threads.
  access::LiveDirectory directory = access::LiveDirectory();  ///< Who may call.
  CallObserver on_finished = {};                              ///< May be empty, as the next one.
  RefusalObserver on_refused = {};
  LimitObserver on_limited = {};
  bool reflection = true;
  ServerLimits limits = {};
};

/// The gRPC server: PrivacyRequestService, ReadingService, OperatorService, AccessService,
/// `grpc.health.v1.Health` and reflection, on one port. Thread-safe.
class Server {
 public:
  /// Serving when it returns. kFailedPrecondition (CANNOT_LISTEN) if the address cannot be had.
  static Result<std::unique_ptr<Server>> Start(ServerParams params);

  /// Shuts down, cutting off calls that still run.
  ~Server();

  int port() const;

  /// What the health service says, of Lethe's services and of the process (`""`). SERVING at first.
  void SetServing(bool serving);

  /// Whether a caller who comes now would be answered within `deadline`: asked through the port
  /// itself, on a connection that the limit does not count, and which alone speaks no TLS: the
  /// process has no client certificate. False after Shutdown().
  bool Answers(milliseconds deadline);

  /// Connections that were refused, since this was asked last.
  std::uint64_t TakeRefusedConnections();

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
