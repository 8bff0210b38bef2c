#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "access/directory.h"
#include "api/server.h"
#include "clevertap/http_vendor_client.h"
#include "core/account_prober.h"
#include "core/database_clock.h"
#include "core/dispatcher.h"
#include "core/vendor_checker.h"
#include "crypto/live_keys.h"
#include "lethed/access_upkeep.h"
#include "lethed/clock_confirmer.h"
#include "lethed/database_upkeep.h"
#include "lethed/delivery_worker.h"
#include "lethed/key_upkeep.h"
#include "lethed/observer.h"
#include "lethed/pass_loops.h"
#include "lethed/port_watch.h"
#include "lethed/readiness.h"
#include "lethed/roles.h"
#include "lethed/tls_upkeep.h"
#include "lethed/verification_worker.h"
#include "runtime/config.h"
#include "runtime/passcode_watch.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "store/accounts/pg_account_gate.h"
#include "store/accounts/pg_call_slots.h"
#include "store/accounts/pg_pause_store.h"
#include "store/changing/pg_request_changer.h"
#include "store/changing/pg_subject_holds.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/intake/committer.h"
#include "store/lists/pg_request_lists.h"
#include "store/pg_request_store.h"
#include "store/recovery/call_journal.h"
#include "store/recovery/call_memory.h"
#include "store/recovery/history_check.h"
#include "store/recovery/pg_recovery_store.h"
#include "store/review/pg_review_store.h"
#include "store/session/connector.h"
#include "store/session/pool.h"
#include "store/verification/pg_verification_queue.h"
#include "telemetry/metrics.h"
#include "telemetry/operations_server.h"

namespace lethe {

/// Everything that one `lethed serve` runs, wired together: the one place that names each concrete
/// class. Members are destroyed in reverse order: what lets work in goes first, what it stands on
/// last.
class Process {
 public:
  /// `config` outlives the process.
  Process(const runtime::Config& config, Roles roles);

  /// Opens the ports and starts the loops. The database may still be away: then the process is not
  /// ready, and says so. Errors: a port cannot be had.
  Status Start();

  /// Is not ready, begins no further call to CleverTap, lets no more work in, and waits for the
  /// calls in flight; in this order. Call it once, after Start().
  void Stop();

 private:
  Status OpenJournal();
  Status StartApi();
  std::optional<api::ServerTls> GrpcTls() const;
  Status StartOperations();
  Status UseForOperations(const access::TlsIdentity& identity);
  Status ListenForOperations(const std::optional<telemetry::OperationsTls>& tls);
  bool Alive() const;
  std::optional<std::string> NotReadyReason() const;
  std::string MetricsText();
  void HistoryLost(const store::LostHistory& lost);

  const runtime::Config& config_;
  const Roles roles_;
  const std::string name_;
  const runtime::SystemClock machine_clock_;
  core::DatabaseClock clock_{machine_clock_};
  telemetry::Metrics metrics_;
  Observer observer_;

  const crypto::LiveKeys keys_;

  // PostgreSQL.
  std::unique_ptr<store::CallJournal> journal_;
  store::CallMemory memory_;
  const store::HistoryCheck history_;
  const std::shared_ptr<store::Connector> connector_;
  store::Pool pool_;
  store::Pool readiness_pool_;
  store::Pool delivery_pool_;
  store::Committer committer_;
  store::PgRequestStore requests_;
  store::PgReviewStore reviews_;
  store::PgRequestLists lists_;
  store::PgRequestChanger changer_;
  store::PgSubjectHolds subjects_;
  store::PgDeliveryQueue queue_;
  store::PgAccountGate gate_;
  store::PgCallSlots slots_;
  store::PgPauseStore pauses_;
  store::PgRecoveryStore recovery_;
  store::PgVerificationQueue look_ups_;

  // CleverTap, and the rules that call it.
  clevertap::HttpVendorClient vendor_;
  core::Dispatcher dispatcher_;
  core::AccountProber prober_;
  core::VendorChecker vendor_checker_;
  runtime::PasscodeWatch passcodes_;

  // Threads for callers, and the server that takes their calls; none in a process without the role.
  runtime::WorkerPool readers_;
  runtime::WorkerPool checkers_;
  runtime::WorkerPool bulk_;
  /// Many times what a busy process takes to answer a health check.
  static constexpr milliseconds kPortAnswersWithin{5'000};
  std::size_t max_connections_ = 0;
  const access::LiveDirectory directory_;
  AccessUpkeep access_;
  TlsUpkeep grpc_tls_;
  std::unique_ptr<api::Server> server_;
  PortWatch port_watch_{[this] { return server_->Answers(kPortAnswersWithin); }};
  Readiness readiness_;

  // The background.
  KeyUpkeep key_upkeep_;
  DatabaseUpkeep database_;
  ClockConfirmer confirmer_;
  DeliveryWorker delivery_;
  VerificationWorker verification_;
  std::optional<PassLoops> loops_;

  std::atomic<const PassLoops*> running_ = nullptr;  ///< loops_, once it is there.

  TlsUpkeep operations_tls_;
  std::unique_ptr<telemetry::OperationsServer> operations_;
};

}  // namespace lethe
