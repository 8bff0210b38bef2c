#include "lethed/process.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "api/port/handshake_log.h"
#include "lethed/passes.h"
#include "runtime/access_file.h"
#include "runtime/config_values.h"
#include "runtime/descriptors.h"
#include "runtime/secrets.h"
#include "store/accounts/former_accounts.h"
#include "telemetry/logging.h"

namespace lethe {
namespace {

/// How many callers may ask CleverTap at a time. Few do, and slots bound them for each account.
constexpr int kVendorChecks = 4;

/// How many of them may wait for their turn: each call takes up to a second, usually.
constexpr int kVendorChecksLine = 32;

/// How many reads may wait for a session. Each takes milliseconds; what is further back in a longer
/// line would hear too late.
constexpr int kReadersLine = 256;

/// Large requests are worked on by as many threads as the committer has: more would only wait for
/// it.
constexpr int kBulkThreads = 2;

/// How many may wait for that. What the budget of calls takes is less.
constexpr int kBulkLine = 2'500;

/// How many flushes the committer writes at a time.
constexpr int kWriters = 2;

/// How long the calls that run may still take once the process is told to stop.
constexpr milliseconds kDrainCalls{5'000};

/// At most; see the pools below.
runtime::OwnDescriptors OwnDescriptors(const runtime::Config& config) {
  const auto senders = static_cast<std::size_t>(config.dispatcher.senders);
  constexpr std::size_t kStartAndUpkeep = 4;
  return {.database = static_cast<std::size_t>(config.database.connections) + senders + kWriters +
                      kStartAndUpkeep,
          .vendor = 2 * senders + kVendorChecks,
          .operations = telemetry::OperationsLimits{}.most_connections()};
}

double Jitter() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

void SleepFor(milliseconds time) { std::this_thread::sleep_for(time); }

/// Unique among processes. Tells an operator who looks at slots and attempts where it runs.
std::string HostName() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return host.data();
}

std::string ProcessName() {
  return HostName() + ":" + std::to_string(getpid()) + ":" + std::to_string(std::random_device{}());
}

}  // namespace

Process::Process(const runtime::Config& config, Roles roles)
    : config_(config),
      roles_(roles),
      name_(ProcessName()),
      metrics_(LETHE_VERSION, config.accounts),
      observer_(metrics_),
      history_({.holder = name_,
                .memory = memory_,
                .give_up_ids = [this] { return committer_.GiveUpIds(); },
                .on_lost = [this](const auto& lost) { HistoryLost(lost); }}),
      connector_(std::make_shared<store::Connector>(
          runtime::DatabaseUrlSource(config.database), store::SessionLimits{},
          [this](pqxx::connection& session) { history_.CheckNew(session); })),
      pool_(connector_, config.database.connections),
      readiness_pool_(connector_, 1),
      delivery_pool_(connector_, config.dispatcher.senders),
      committer_({.connector = connector_,
                  .holder = name_,
                  .max_waiting_items = config.max_waiting_identifiers,
                  .writers = kWriters,
                  .on_flush = [this](const auto& report) { observer_.Show(report); }},
                 clock_),
      requests_(keys_, committer_, pool_),
      reviews_(pool_),
      lists_(keys_, pool_),
      changer_(pool_, [this](const auto& change) { observer_.Show(change); }),
      subjects_(keys_, pool_),
      queue_(name_, config.accounts, keys_, delivery_pool_, &history_),
      gate_(config.accounts, delivery_pool_),
      slots_(name_, config.accounts, pool_),
      pauses_(pool_, machine_clock_, SleepFor),
      recovery_(pool_),
      look_ups_(name_, config.accounts, keys_, delivery_pool_),
      vendor_(config.accounts, runtime::ReadPasscodes,
              {.connect_timeout = config.dispatcher.connect_timeout,
               .call_timeout = config.dispatcher.call_timeout}),
      dispatcher_({.queue = queue_,
                   .slots = slots_,
                   .vendor = vendor_,
                   .clock = clock_.deciding(),
                   .jitter = Jitter,
                   .pause = SleepFor},
                  config.accounts,
                  {.linger = config.dispatcher.linger,
                   .lease = config.dispatcher.lease,
                   .call_timeout = config.dispatcher.call_timeout}),
      prober_(gate_, vendor_, clock_, config.dispatcher.lease),
      vendor_checker_(
          {.slots = slots_, .vendor = vendor_, .clock = clock_},
          {.lease = config.dispatcher.lease, .call_timeout = config.dispatcher.call_timeout}),
      passcodes_(config.accounts, runtime::ReadPasscodes),
      readers_(config.database.connections, kReadersLine),
      checkers_(kVendorChecks, kVendorChecksLine),
      bulk_(kBulkThreads, kBulkLine),
      access_({.path = config.access_file,
               .accounts = config.accounts,
               .directory = directory_,
               .observer = observer_,
               .read = runtime::ReadAccessText}),
      grpc_tls_({.port = Port::kGrpc,
                 .files = config.grpc_tls,
                 .observer = observer_,
                 .load = runtime::LoadTls}),
      readiness_(
          [this](bool ready) {
            if (server_) server_->SetServing(ready);
          },
          machine_clock_),
      key_upkeep_({.pool = readiness_pool_,
                   .keys = keys_,
                   .load = [&config] { return runtime::LoadKeys(config); },
                   .observer = observer_}),
      database_({.pool = pool_,
                 .readiness_pool = readiness_pool_,
                 .keys = key_upkeep_,
                 .queue = queue_,
                 .clock = clock_,
                 .committer = committer_,
                 .memory = memory_,
                 .host = HostName(),
                 .takes_requests = roles.api,
                 .lease = config.dispatcher.lease,
                 .readiness = readiness_,
                 .observer = observer_,
                 .metrics = metrics_,
                 .accounts = config_.accounts}),
      confirmer_(
          config.accounts,
          {.clock = clock_,
           .ask = [options = clevertap::HttpOptions{.connect_timeout =
                                                        config.dispatcher.connect_timeout}](
                      const Account& account) { return clevertap::AskTime(account, options); },
           .metrics = metrics_}),
      delivery_(config.accounts,
                {.threads = roles.dispatcher ? config.dispatcher.senders : 0,
                 .linger = config.dispatcher.linger},
                {.queue = queue_,
                 .dispatcher = dispatcher_,
                 .gate = gate_,
                 .prober = prober_,
                 .passcodes = passcodes_,
                 .clock = clock_,
                 .observer = observer_}),
      verification_(config.accounts,
                    {.max_threads = roles.dispatcher ? config.dispatcher.senders : 0,
                     .verifier = {.linger = config.dispatcher.linger,
                                  .lease = config.dispatcher.lease,
                                  .call_timeout = config.dispatcher.call_timeout}},
                    {.queue = look_ups_,
                     .profiles = vendor_,
                     .clock = clock_,
                     .jitter = Jitter,
                     .observer = observer_}),
      operations_tls_(
          {.port = Port::kOperations,
           .files = config.operations_tls,
           .observer = observer_,
           .load = runtime::LoadTls,
           .use = [this](const auto& identity) { return UseForOperations(identity); }}) {}

void Process::HistoryLost(const store::LostHistory& lost) {
  observer_.Show(lost);
  database_.PrepareAgain();
}

Status Process::Start() {
  const std::size_t descriptors = runtime::RaiseDescriptorLimit();
  max_connections_ = std::min(api::ServerLimits{}.connections,
                              runtime::CallerConnections(descriptors, OwnDescriptors(config_)));
  if (Status opened = OpenJournal(); !opened.ok()) return opened;
  if (roles_.api) {
    if (Status started = StartApi(); !started.ok()) return started;
  }
  const std::vector<Pass> passes = AllPasses({.poll = config_.dispatcher.poll,
                                              .database = database_,
                                              .clock = confirmer_,
                                              .delivery = delivery_,
                                              .verification = verification_});
  std::vector<Pass> ours = PassesOf(roles_, passes);
  if (server_) {
    ours.push_back({"grpc_port", PortWatch::kEvery, Pass::RunsIn::kEveryRole, Pass::Needs::kNothing,
                    [this] { return port_watch_.Look(); }});
    ours.push_back({"access_file", AccessUpkeep::kEvery, Pass::RunsIn::kEveryRole,
                    Pass::Needs::kNothing, [this] { return access_.Look(); }});
  }
  ours.push_back(
      {"tls_files", TlsUpkeep::kEvery, Pass::RunsIn::kEveryRole, Pass::Needs::kNothing, [this] {
         if (server_) grpc_tls_.Look();
         return operations_tls_.Look();
       }});
  if (Status started = StartOperations(); !started.ok()) return started;
  loops_.emplace(std::move(ours), readiness_, clock_,
                 runtime::Loop::Parts{clock_, Jitter, runtime::WaitFor});
  running_ = &*loops_;
  telemetry::Log(telemetry::LogLevel::kInfo, "lethed.started",
                 {{"version", LETHE_VERSION},
                  {"process", telemetry::LogValue::Public(name_)},
                  {"grpc_port", server_ ? server_->port() : 0},
                  {"operations_port", operations_->port()},
                  {"accounts", static_cast<int>(config_.accounts.size())},
                  {"descriptors", descriptors},
                  {"max_grpc_connections", max_connections_}});
  return Ok();
}

Status Process::OpenJournal() {
  if (!roles_.dispatcher || config_.recovery.journal.empty()) return Ok();
  auto opened = store::CallJournal::Open(
      {.directory = config_.recovery.journal,
       .keep = config_.recovery.keep,
       .on_failure = [this](const auto& failure) { observer_.ShowJournal(failure); }});
  if (!opened.ok()) return opened.error();
  journal_ = *std::move(opened);
  memory_.Keep(*journal_);
  observer_.Show(journal_->found());
  return Ok();
}

Status Process::StartApi() {
  if (Status known = access_.Begin(); !known.ok()) return known;
  observer_.ShowAccessOpen(config_.access_file.empty());
  observer_.ShowPlaintext(Port::kGrpc,
                          !config_.grpc_tls && !runtime::IsOfThisMachine(config_.grpc_listen));
  if (Status known = grpc_tls_.Begin(); !known.ok()) return known;
  api::CountFailedHandshakes();
  auto server = api::Server::Start(
      {.listen = config_.grpc_listen,
       .tls = GrpcTls(),
       .store = requests_,
       .lists = lists_,
       .changer = changer_,
       .subjects = subjects_,
       .vendor_check = vendor_checker_,
       .reviews = reviews_,
       .pauses = pauses_,
       .recovery = recovery_,
       .accounts = {config_.accounts,
                    [this](const std::string& account) {
                      return store::FindHours(pool_, account);
                    }},
       .clock = clock_,
       .executor = [this](auto work) { return readers_.Post(std::move(work)); },
       .vendor_executor = [this](auto work) { return checkers_.Post(std::move(work)); },
       .bulk_executor = [this](auto work) { return bulk_.Post(std::move(work)); },
       .directory = directory_,
       .on_finished = [this](const auto& call) { observer_.Show(call); },
       .on_refused = [this](const auto& call) { observer_.Show(call); },
       .on_limited = [this](const auto& call) { observer_.Show(call); },
       .reflection = config_.grpc_reflection,
       .limits = {.connections = max_connections_}});
  if (!server.ok()) return server.error();
  server_ = std::move(*server);
  server_->SetServing(false);
  return Ok();
}

std::optional<api::ServerTls> Process::GrpcTls() const {
  if (!config_.grpc_tls) return std::nullopt;
  return api::ServerTls{.identity = grpc_tls_.identity(),
                        .client_certificates = config_.grpc_tls->client_certificates};
}

Status Process::StartOperations() {
  observer_.ShowPlaintext(
      Port::kOperations,
      !config_.operations_tls && !runtime::IsOfThisMachine(config_.operations_listen));
  // Whose first identity begins to listen.
  return config_.operations_tls ? operations_tls_.Begin() : ListenForOperations(std::nullopt);
}

Status Process::UseForOperations(const access::TlsIdentity& identity) {
  const telemetry::OperationsTls tls{.certificates = identity.certificates,
                                     .key = identity.key.Reveal()};
  return operations_ ? operations_->Use(tls) : ListenForOperations(tls);
}

Status Process::ListenForOperations(const std::optional<telemetry::OperationsTls>& tls) {
  auto operations =
      telemetry::OperationsServer::Start(config_.operations_listen,
                                         {.metrics_text = [this] { return MetricsText(); },
                                          .alive = [this] { return Alive(); },
                                          .not_ready_reason = [this] { return NotReadyReason(); }},
                                         {}, tls);
  if (!operations.ok()) return operations.error();
  operations_ = std::move(*operations);
  return Ok();
}

void Process::Stop() {
  readiness_.Become(ReadyState::kStopping);
  {
    // All at once, and before the server: each waits for what runs, and what was told last would
    // begin new calls to CleverTap meanwhile.
    const std::jthread passes([this] { loops_->Stop(); });
    const std::jthread senders([this] { delivery_.Stop(); });
    const std::jthread look_ups([this] { verification_.Stop(); });
    if (server_) server_->Shutdown(kDrainCalls);
  }
}

bool Process::Alive() const {
  const PassLoops* loops = running_;
  return (loops == nullptr || !loops->stuck()) && !port_watch_.silent();
}

std::optional<std::string> Process::NotReadyReason() const {
  // A process that takes requests does that whatever the machine's clock says.
  const bool only_decides = roles_.dispatcher && !roles_.api;
  auto reason = readiness_.not_ready_reason();
  if (!reason && port_watch_.silent()) reason = "grpc_port_silent";
  if (reason || !only_decides) return reason;
  switch (clock_.state()) {
    case core::DatabaseClock::State::kTrusted: return {};
    case core::DatabaseClock::State::kUnconfirmed: return "clock_unconfirmed";
    case core::DatabaseClock::State::kStale:
    case core::DatabaseClock::State::kDiffers: return "clock_not_trusted";
  }
  return {};
}

std::string Process::MetricsText() {
  if (server_) metrics_.ConnectionsRefused(server_->TakeRefusedConnections());
  if (config_.grpc_tls && server_) {
    for (const api::HandshakeFailure failure : kAll<api::HandshakeFailure>) {
      metrics_.TlsHandshakesFailed(Name(failure), api::TakeFailedHandshakes(failure));
    }
  }
  metrics_.SetIntakeWaiting(committer_.waiting_items());
  metrics_.SetDatabaseSessions(connector_->open_sessions());
  return metrics_.Text();
}

}  // namespace lethe
