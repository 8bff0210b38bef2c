#include "lethed/serve.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "api/server.h"
#include "clevertap/http_vendor_client.h"
#include "core/account_prober.h"
#include "core/dispatcher.h"
#include "core/vendor_checker.h"
#include "lethed/observer.h"
#include "lethed/verification_worker.h"
#include "runtime/loop.h"
#include "runtime/passcode_watch.h"
#include "runtime/secrets.h"
#include "runtime/senders.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "store/accounts/pg_account_gate.h"
#include "store/accounts/pg_call_slots.h"
#include "store/base/connection.h"
#include "store/delivery/pg_delivery_queue.h"
#include "store/intake/committer.h"
#include "store/pg_request_store.h"
#include "store/reading/snapshot.h"
#include "store/review/pg_review_store.h"
#include "store/schema/migrations.h"
#include "store/schema/partitions.h"
#include "telemetry/logging.h"
#include "telemetry/metrics.h"
#include "telemetry/operations_server.h"

namespace lethe {
namespace {

using runtime::Config;
using runtime::Loop;
using runtime::Next;
using telemetry::Log;
using telemetry::LogLevel;
using telemetry::LogValue;

// How often the passes run that no configuration needs to change.
constexpr milliseconds kCloseWindowsEvery{1'000};
constexpr milliseconds kReleaseHeldEvery{1'000};
constexpr milliseconds kRescueEvery{1'000};
constexpr milliseconds kJudgeRefusalsEvery{1'000};
constexpr milliseconds kProbeAccountsEvery{1'000};
constexpr milliseconds kSnapshotEvery{5'000};
constexpr milliseconds kReadinessEvery{1'000};
constexpr milliseconds kPartitionsEvery{3'600'000};
constexpr milliseconds kForgetCapturesEvery{600'000};

/// Callers that ask CleverTap at a time. Slots bound them for each account; few ask at all.
constexpr int kVendorChecks = 4;

/// Flushes at a time.
constexpr int kWriters = 2;

/// How long callers may still take once the process was told to stop.
constexpr milliseconds kDrainCalls{5'000};

double Jitter() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

/// Unique among processes, and of use to someone who looks at slots and attempts.
std::string ProcessName() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string(host.data()) + ":" + std::to_string(getpid()) + ":" +
         std::to_string(std::random_device{}());
}

/// Everything that one `lethed serve` runs. Members are destroyed in reverse order: what lets work
/// in goes first, what it stands on last.
class Process {
 public:
  Process(const Config& config, const crypto::KeyRing& keys, Roles roles)
      : config_(config),
        keys_(keys),
        roles_(roles),
        metrics_(LETHE_VERSION, config.accounts),
        pool_(runtime::DatabaseUrlSource(config.database), config.database.connections),
        delivery_pool_(runtime::DatabaseUrlSource(config.database), config.dispatcher.senders),
        committer_(
            {.url = runtime::DatabaseUrlSource(config.database),
             .holder = name_,
             .max_waiting_items = config.max_waiting_identifiers,
             .writers = kWriters,
             .on_flush = [this](const store::FlushReport& report) { observer_.Show(report); }},
            clock_),
        requests_(keys, committer_, pool_),
        reviews_(pool_),
        queue_(name_, config.accounts, keys, delivery_pool_),
        gate_(config.accounts, delivery_pool_),
        slots_(name_, config.accounts, pool_),
        vendor_(config.accounts, runtime::ReadPasscodes,
                {.connect_timeout = config.dispatcher.connect_timeout,
                 .call_timeout = config.dispatcher.call_timeout}),
        dispatcher_({.queue = queue_,
                     .vendor = vendor_,
                     .clock = clock_,
                     .jitter = Jitter,
                     .pause = [](milliseconds pause) { std::this_thread::sleep_for(pause); }},
                    config.accounts,
                    {.linger = config.dispatcher.linger,
                     .lease = config.dispatcher.lease,
                     .call_timeout = config.dispatcher.call_timeout}),
        prober_(gate_, vendor_, config.dispatcher.lease),
        passcodes_(config.accounts, runtime::ReadPasscodes),
        vendor_checker_(
            {.slots = slots_, .vendor = vendor_, .clock = clock_},
            {.lease = config.dispatcher.lease, .call_timeout = config.dispatcher.call_timeout}),
        readers_(config.database.connections),
        checkers_(kVendorChecks) {
    for (const Account& account : config.accounts) {
      for (const Operation operation : kAll<Operation>)
        routes_.push_back({account.name, operation});
    }
  }

  /// Opens the ports and starts the loops. The database may still be away: then the process is not
  /// ready, and says so.
  Status Start() {
    if (roles_.api) {
      auto server = api::Server::Start(
          {.listen = config_.grpc_listen,
           .store = requests_,
           .vendor_check = vendor_checker_,
           .reviews = reviews_,
           .accounts = config_.accounts,
           .clock = clock_,
           .executor = [this](auto work) { readers_.Post(std::move(work)); },
           .vendor_executor = [this](auto work) { checkers_.Post(std::move(work)); },
           .on_finished = [this](const auto& call) { observer_.Show(call); }});
      if (!server.ok()) return server.error();
      server_ = std::move(*server);
      server_->SetServing(false);
    }
    StartLoops();
    auto operations = telemetry::OperationsServer::Start(
        config_.operations_listen, {.metrics_text = [this] { return MetricsText(); },
                                    .alive = [this] { return LoopsAlive(); },
                                    .not_ready_reason = [this] { return NotReadyReason(); }});
    if (!operations.ok()) return operations.error();
    operations_ = std::move(*operations);
    Log(LogLevel::kInfo, "lethed.started",
        {{"version", LETHE_VERSION},
         {"process", LogValue::Public(name_)},
         {"grpc_port", server_ ? server_->port() : 0},
         {"operations_port", operations_->port()},
         {"accounts", static_cast<int>(config_.accounts.size())}});
    return Ok();
  }

  /// Lets no more work in, and waits for the calls in flight.
  void Stop() {
    SetNotReady("stopping");
    if (server_) server_->Shutdown(kDrainCalls);
    for (const auto& loop : loops_) loop->Stop();
    if (senders_) senders_->Stop();
    if (looking_) looking_->Stop();
  }

 private:
  void StartLoops() {
    const auto start = [this](const char* name, milliseconds interval, std::function<Next()> pass) {
      loops_.push_back(std::make_unique<Loop>(Loop::Parts{clock_, Jitter, runtime::WaitFor},
                                              Loop::Job{name, interval, std::move(pass)}));
    };
    // Passes that need the database rest while it is away: one loop that says so is enough.
    const auto start_when_ready = [&](const char* name, milliseconds interval,
                                      const std::function<Next()>& pass) {
      start(name, interval, [this, pass] { return NotReadyReason() ? Next::kWait : pass(); });
    };
    start("readiness", kReadinessEvery, [this] { return CheckReadiness(); });
    start_when_ready("partitions", kPartitionsEvery, [this] { return MakePartitions(); });
    start_when_ready("snapshot", kSnapshotEvery, [this] { return PublishSnapshot(); });
    if (!roles_.dispatcher) return;
    senders_ =
        std::make_unique<runtime::Senders>(config_.dispatcher.senders, config_.accounts,
                                           [this](const Route& route) { return SendOne(route); });
    start_when_ready("offer_routes", config_.dispatcher.poll, [this] { return OfferRoutes(); });
    start_when_ready("rescue", kRescueEvery, [this] { return RescueAbandoned(); });
    start_when_ready("judge_refusals", kJudgeRefusalsEvery, [this] { return JudgeRefusals(); });
    start_when_ready("probe_accounts", kProbeAccountsEvery, [this] { return ProbeAccounts(); });
    start_when_ready("close_windows", kCloseWindowsEvery, [this] { return CloseWindows(); });
    start_when_ready("release_held", kReleaseHeldEvery, [this] { return ReleaseHeld(); });
    looking_ = std::make_unique<Looking>(name_, config_,
                                         Looking::Parts{.keys = keys_,
                                                        .pool = delivery_pool_,
                                                        .profiles = vendor_,
                                                        .clock = clock_,
                                                        .jitter = Jitter,
                                                        .observer = observer_});
    start_when_ready("offer_look_ups", config_.dispatcher.poll,
                     [this] { return looking_->Offer(); });
    start_when_ready("forget_captures", kForgetCapturesEvery,
                     [this] { return looking_->ForgetCaptures(); });
  }

  Next CheckReadiness() {
    const Status status = Prepare();
    if (status.ok()) {
      if (NotReadyReason()) Log(LogLevel::kInfo, "store.available");
      SetReady();
    } else {
      const std::string reason = status.error().code == ErrorCode::kFailedPrecondition
                                     ? "schema_out_of_date"
                                     : "database_unavailable";
      if (NotReadyReason() != reason) observer_.ShowFailure("store.unavailable", status.error());
      SetNotReady(reason);
    }
    return Next::kWait;
  }

  /// Whether the database can be worked on; the first time, also makes what must be there.
  Status Prepare() {
    Status schema = pool_.WithRetry([](pqxx::connection& connection) {
      return store::CheckSchema(connection, store::EmbeddedMigrations());
    });
    if (!schema.ok() || prepared_) return schema;
    if (const auto made = EnsurePartitions(); !made.ok()) return made.error();
    if (const auto registered = queue_.RegisterAccounts(); !registered.ok()) {
      return registered.error();
    }
    prepared_ = true;
    return Ok();
  }

  Result<int> EnsurePartitions() {
    return pool_.With([this](pqxx::connection& connection) {
      return store::EnsurePartitions(connection, clock_.Now());
    });
  }

  Next MakePartitions() {
    if (const auto made = EnsurePartitions(); !made.ok()) {
      observer_.ShowFailure("partitions.failed", made.error());
    }
    return Next::kWait;
  }

  Next PublishSnapshot() {
    const auto snapshot = pool_.With([](pqxx::connection& connection) {
      return Result<QueueSnapshot>(store::TakeSnapshot(connection));
    });
    if (snapshot.ok()) {
      metrics_.Publish(*snapshot);
    } else {
      observer_.ShowFailure("snapshot.failed", snapshot.error());
    }
    return Next::kWait;
  }

  Next OfferRoutes() {
    const auto sendable = queue_.Sendable(routes_, config_.dispatcher.linger);
    if (!sendable.ok()) {
      observer_.ShowFailure("queue.failed", sendable.error());
      return Next::kWait;
    }
    for (const Route& route : *sendable) senders_->Offer(route);
    return Next::kWait;
  }

  runtime::Sent SendOne(const Route& route) {
    const core::SendReport report = dispatcher_.SendOne(route);
    observer_.Show(route, report);
    // At once: the senders search faster than a loop comes round, and a changed rule must stop
    // them.
    if (report.items[BatchState::kHeld] > 0) JudgeRefusals();
    return report.step == core::SendStep::kIdle ? runtime::Sent::kNothing
                                                : runtime::Sent::kSomething;
  }

  Next RescueAbandoned() {
    const core::RescueReport report = dispatcher_.RescueAbandoned();
    observer_.Show(report);
    return report.more ? Next::kAgain : Next::kWait;
  }

  Next JudgeRefusals() {
    observer_.Show(dispatcher_.JudgeRefusals());
    return Next::kWait;
  }

  Next ProbeAccounts() {
    passcodes_.Look([this](const std::string& account) {
      Status told = gate_.ProbeSoon(account);
      if (!told.ok()) observer_.ShowFailure("probe.failed", told.error());
      return told;
    });
    const core::ProbeReport report = prober_.ProbeOne();
    observer_.Show(report);
    return report.account.empty() ? Next::kWait : Next::kAgain;
  }

  Next CloseWindows() {
    observer_.Show(dispatcher_.CloseWindows());
    return Next::kWait;
  }

  Next ReleaseHeld() {
    observer_.Show(dispatcher_.ReleaseHeld());
    return Next::kWait;
  }

  std::string MetricsText() {
    metrics_.SetIntakeWaiting(committer_.waiting_items());
    return metrics_.Text();
  }

  bool LoopsAlive() const {
    return std::all_of(loops_.begin(), loops_.end(),
                       [](const auto& loop) { return loop->alive(); });
  }

  std::optional<std::string> NotReadyReason() const {
    std::lock_guard lock(readiness_mutex_);
    return not_ready_reason_;
  }

  void SetReady() {
    {
      std::lock_guard lock(readiness_mutex_);
      if (not_ready_reason_ == "stopping") return;
      not_ready_reason_.reset();
    }
    if (server_) server_->SetServing(true);
  }

  void SetNotReady(std::string reason) {
    {
      std::lock_guard lock(readiness_mutex_);
      if (not_ready_reason_ == "stopping") return;
      not_ready_reason_ = std::move(reason);
    }
    if (server_) server_->SetServing(false);
  }

  const Config& config_;
  const crypto::KeyRing& keys_;
  const Roles roles_;
  const std::string name_ = ProcessName();
  const runtime::SystemClock clock_;
  telemetry::Metrics metrics_;
  Observer observer_{metrics_};
  store::Pool pool_;
  store::Pool delivery_pool_;
  store::Committer committer_;
  store::PgRequestStore requests_;
  store::PgReviewStore reviews_;
  store::PgDeliveryQueue queue_;
  store::PgAccountGate gate_;
  store::PgCallSlots slots_;
  clevertap::HttpVendorClient vendor_;
  core::Dispatcher dispatcher_;
  core::AccountProber prober_;
  runtime::PasscodeWatch passcodes_;  // the probing loop's own
  core::VendorChecker vendor_checker_;
  std::vector<Route> routes_;
  runtime::WorkerPool readers_;
  runtime::WorkerPool checkers_;
  std::unique_ptr<api::Server> server_;
  std::unique_ptr<runtime::Senders> senders_;
  std::unique_ptr<Looking> looking_;

  mutable std::mutex readiness_mutex_;
  std::optional<std::string> not_ready_reason_ = "starting";
  bool prepared_ = false;  // the readiness loop's own

  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<telemetry::OperationsServer> operations_;
};

}  // namespace

int Serve(const runtime::Config& config, Roles roles) {
  const auto fail = [](const Error& error) {
    std::cerr << error.message << "\n";
    return 1;
  };
  const auto keys = runtime::LoadKeys(config);
  if (!keys.ok()) return fail(keys.error());

  // Blocked before the first thread starts, so that only sigwait() sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  telemetry::SetUpLogging(config.log);
  auto process = std::make_unique<Process>(config, *keys, roles);
  if (const Status started = process->Start(); !started.ok()) return fail(started.error());

  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "lethed.stopping", {{"signal", signal}});
  auto stopped = std::async(std::launch::async, [&process] {
    process->Stop();
    process.reset();
  });
  if (stopped.wait_for(config.shutdown_grace) == std::future_status::timeout) {
    // Calls in flight are left to their leases: another process finds them and judges them as of
    // unknown outcome.
    Log(LogLevel::kWarning, "lethed.stopped_with_calls_in_flight");
    static_cast<void>(std::fflush(stdout));
    std::_Exit(0);
  }
  Log(LogLevel::kInfo, "lethed.stopped");
  return 0;
}

}  // namespace lethe
