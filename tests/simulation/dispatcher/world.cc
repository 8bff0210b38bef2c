#include "simulation/dispatcher/world.h"

#include <algorithm>
#include <utility>

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kPatience = std::chrono::hours(24 * 7);
constexpr milliseconds kTrafficPause = 2min;  ///< The longest between two envelopes.
constexpr TimePoint kNever = TimePoint::max();

std::vector<Account> Accounts(const Scenario& scenario) {
  ProcessingHours hours{.zone = *TimeZone::Find("Asia/Kolkata")};
  if (scenario.sandbox_window > 0ms) hours.sandbox_window = scenario.sandbox_window;
  // Short enough that a storm outlasts them.
  hours.resend = {.erasure = 1h, .demerge = 1h, .disassociation = 15min};
  std::vector<Account> accounts;
  for (const char* name : {"acme", "globex"}) {
    accounts.push_back({.name = name,
                        .base_url = {},
                        .account_id = {},
                        .passcode_file = {},
                        .hours = hours,
                        .concurrency = kConcurrency});
  }
  return accounts;
}

std::vector<Route> Routes(const std::vector<Account>& accounts) {
  std::vector<Route> routes;
  for (const Account& account : accounts) {
    for (Operation operation : kOperations) routes.push_back({account.name, operation});
  }
  return routes;
}

class UnfencedQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

 private:
  bool Holds(const Claim&) const override { return true; }
};

/// When there may be something to do for it.
TimePoint DueAt(const fakes::BatchRow& batch, const std::set<std::string>& blocked) {
  switch (batch.state) {
    case BatchState::kOpen: return batch.opened_at + kOptions.linger;
    case BatchState::kReady: return batch.not_before.value_or(batch.opened_at);
    case BatchState::kHeld: return blocked.contains(batch.route.account) ? kNever : batch.opened_at;
    case BatchState::kSending: return batch.opened_at;
    case BatchState::kAccepted: return *batch.window_end;
    default: return kNever;
  }
}

}  // namespace

template <typename Call>
auto World::Through(Call call) -> decltype(call()) {
  const Error away{
      .code = ErrorCode::kUnavailable, .reason = "STORE_UNAVAILABLE", .message = "away"};
  scheduler_.Sleep(0ms);
  fate_.CrashPoint();
  if (fate_.QueueIsAway()) return away;
  auto result = call();
  checker_.Look(*queue_);
  scheduler_.Sleep(0ms);
  fate_.CrashPoint();
  if (fate_.QueueIsAway()) return away;
  return result;
}

/// The queue as one process reaches it.
class World::Queue : public DeliveryQueue {
 public:
  explicit Queue(World& world) : world_(world) {}

  TimePoint lease_until() const { return lease_until_; }

  Result<std::vector<Route>> Sendable(std::span<const Route> routes, milliseconds linger) override {
    return world_.Through([&] { return world_.queue_->Sendable(routes, linger); });
  }

  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override {
    auto taken = world_.Through([&] {
      auto claim = world_.queue_->TakeBatch(params);
      lease_until_ = world_.clock_.Now() + params.lease;
      if (world_.fate_.QueueIsSlow()) world_.scheduler_.Sleep(world_.fate_.UpTo(params.lease));
      return claim;
    });
    if (world_.scenario_.defect == Defect::kForgetsTheHorizon && taken.ok() && *taken) {
      (*taken)->facts.unknown_since.reset();
    }
    return taken;
  }

  Result<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) override {
    Plan kept = plan;
    if (world_.scenario_.defect == Defect::kDropsARun && kept.transitions.size() > 1) {
      kept.transitions.pop_back();
    }
    if (kept.transitions.size() > 1) ++world_.tally_.splits;
    return world_.Through([&] { return world_.queue_->Record(claim, reply, kept); });
  }

  Result<Recorded> Release(const Claim& claim) override {
    return world_.Through([&] { return world_.queue_->Release(claim); });
  }

  Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) override {
    if (world_.scenario_.defect == Defect::kNeverRescues) return std::optional<Claim>{};
    return world_.Through([&] { return world_.queue_->TakeAbandoned(lease); });
  }

  Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) override {
    return world_.Through([&] { return world_.queue_->RecordAbandoned(claim, plan); });
  }

  Result<std::vector<RefusalCase>> RefusalCases() override {
    return world_.Through([&] { return world_.queue_->RefusalCases(); });
  }

  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) override {
    return world_.Through([&] { return world_.queue_->Settle(refusals, ruling); });
  }

  Result<int> CloseWindows(TimePoint now, int limit) override {
    const milliseconds early = world_.scenario_.defect == Defect::kClosesEarly ? 1h : 0ms;
    return world_.Through([&] { return world_.queue_->CloseWindows(now + early, limit); });
  }

  Result<int> ReleaseHeld(int limit) override {
    return world_.Through([&] { return world_.queue_->ReleaseHeld(limit); });
  }

 private:
  World& world_;
  TimePoint lease_until_{};
};

/// The blocks of accounts as one process reaches them.
class World::Gate : public AccountGate {
 public:
  explicit Gate(World& world) : world_(world) {}

  Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) override {
    // No place to die where there is nothing to do: the sweeps try them all.
    if (world_.queue_->blocked_accounts().empty()) return std::optional<AccountProbe>{};
    return world_.Through([&] { return world_.queue_->gate().TakeProbe(lease); });
  }

  Result<bool> Record(const AccountProbe& probe, ProbeFinding finding) override {
    return world_.Through([&] { return world_.queue_->gate().Record(probe, finding); });
  }

  Status ProbeSoon(std::string_view account) override {
    return world_.Through([&] { return world_.queue_->gate().ProbeSoon(account); });
  }

 private:
  World& world_;
};

/// CleverTap as one process reaches it.
class World::Vendor : public VendorClient {
 public:
  Vendor(World& world, const Queue& queue) : world_(world), queue_(queue) {}

  VendorReply Send(const VendorCall& call) override {
    if (world_.scenario_.defect == Defect::kSendsTwice) Call(call);
    VendorReply reply = Call(call);
    if (world_.scenario_.defect == Defect::kTakesUnknownForYes &&
        reply.outcome == OutcomeClass::kUnknown) {
      reply.outcome = OutcomeClass::kAccepted;
    }
    return reply;
  }

  VendorReply Probe(std::string_view account) override {
    world_.fate_.CrashPoint();
    Travel();
    if (auto fault = world_.fate_.ProbeFault()) world_.vendor_.ScriptProbe(*std::move(fault));
    VendorReply reply = world_.vendor_.Probe(account);
    Travel();
    world_.fate_.CrashPoint();
    return reply;
  }

 private:
  /// Leaves also when the process dies: a dead process has no call in flight.
  struct InFlight {
    Checker& checker;
    int ticket;
    InFlight(Checker& the_checker, int the_ticket) : checker(the_checker), ticket(the_ticket) {}
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight() { checker.CallEnded(ticket); }
  };

  VendorReply Call(const VendorCall& call) {
    world_.fate_.CrashPoint();
    const InFlight in_flight(world_.checker_,
                             world_.checker_.CallStarted(call, queue_.lease_until()));
    Travel();
    if (auto fault = world_.fate_.VendorFault(call)) world_.vendor_.Script(*std::move(fault));
    std::vector<int> before;
    for (const Identifier& identifier : call.identifiers) {
      before.push_back(world_.vendor_.EffectCount(call.operation, identifier));
    }
    VendorReply reply = world_.vendor_.Send(call);
    for (std::size_t i = 0; i < before.size(); ++i) {
      const Identifier& identifier = call.identifiers[i];
      if (world_.vendor_.EffectCount(call.operation, identifier) > before[i]) {
        world_.checker_.TookEffect(call.operation, identifier);
      }
    }
    Travel();
    world_.fate_.CrashPoint();
    return reply;
  }

  /// One way. A slow one may be a process that stood still: no time-out ends that.
  void Travel() {
    const milliseconds longest = world_.fate_.VendorIsSlow() ? 2 * kOptions.lease : 500ms;
    world_.scheduler_.Sleep(world_.fate_.UpTo(longest));
  }

  World& world_;
  const Queue& queue_;
};

/// One process: lives until it dies or there is nothing left to do.
class World::Replica {
 public:
  explicit Replica(World& world) : world_(world) {}

  void Live() {
    milliseconds pause = 1s;
    TimePoint busy_at = world_.clock_.Now();
    while (!world_.Settled() && !world_.OverTime()) {
      const bool busy = Round();
      const TimePoint now = world_.clock_.Now();
      if (busy) {
        pause = 1s;
        busy_at = now;
        continue;
      }
      world_.scheduler_.Sleep(world_.Idle() + pause / 2 + world_.fate_.UpTo(pause / 2));
      pause = std::min<milliseconds>(2 * pause, now - busy_at < 1h ? 20s : 30min);
    }
  }

 private:
  /// All passes once. Whether any had something to do.
  bool Round() {
    bool busy = false;
    auto sendable = queue_.Sendable(world_.routes_, kOptions.linger);
    if (sendable.ok()) {
      std::shuffle(sendable->begin(), sendable->end(), world_.fate_.random());
      for (const Route& route : *sendable) busy |= Count(dispatcher_.SendOne(route));
    }
    const core::RescueReport rescued = dispatcher_.RescueAbandoned();
    world_.tally_.rescued += rescued.batches;
    const bool closed = dispatcher_.CloseWindows().batches > 0;
    const bool released = dispatcher_.ReleaseHeld().batches > 0;
    const bool judged = !dispatcher_.JudgeRefusals().ruled.empty();
    const bool resumed = Count(prober_.ProbeOne());
    return busy || rescued.batches > 0 || closed || released || judged || resumed;
  }

  bool Count(const core::SendReport& report) {
    Tally& tally = world_.tally_;
    tally.sent += report.step == core::SendStep::kSent;
    tally.released += report.step == core::SendStep::kReleased;
    tally.withheld += report.step == core::SendStep::kWithheld;
    tally.fenced += report.fenced;
    tally.record_lost += report.step == core::SendStep::kSent && report.error;
    tally.blocked += report.account == AccountVerdict::kBlocked;
    return report.step != core::SendStep::kIdle;
  }

  bool Count(const core::ProbeReport& report) {
    const bool resumed = report.applied && report.finding == ProbeFinding::kHealthy;
    world_.tally_.resumed += resumed;
    return resumed;
  }

  World& world_;
  Queue queue_{world_};
  Gate gate_{world_};
  Vendor vendor_{world_, queue_};
  core::AccountProber prober_{gate_, vendor_, kOptions.lease};
  core::Dispatcher dispatcher_{
      {.queue = queue_,
       .vendor = vendor_,
       .clock = world_.clock_,
       .jitter = [this] { return world_.fate_.Uniform(); },
       .pause = [this](milliseconds duration) { world_.scheduler_.Sleep(duration); }},
      world_.accounts_,
      kOptions};
};

void Tally::Add(const Tally& other) {
  crashes += other.crashes;
  sent += other.sent;
  released += other.released;
  withheld += other.withheld;
  fenced += other.fenced;
  rescued += other.rescued;
  record_lost += other.record_lost;
  blocked += other.blocked;
  resumed += other.resumed;
  splits += other.splits;
  repeated_effects += other.repeated_effects;
  for (BatchState state : kBatchStates) items[state] += other.items[state];
}

World::World(const Scenario& scenario)
    : scenario_(scenario),
      accounts_(Accounts(scenario)),
      routes_(Routes(accounts_)),
      queue_(scenario.defect == Defect::kForgetsToFence
                 ? std::make_unique<UnfencedQueue>(clock_)
                 : std::make_unique<fakes::FakeDeliveryQueue>(clock_)),
      checker_(clock_, accounts_.front().hours, kOptions.lease, kConcurrency) {
  queue_->SetConcurrency(scenario.defect == Defect::kIgnoresTheSlots ? kMaxConcurrency
                                                                     : kConcurrency);
  fate_.StormUntil(clock_.Now() + scenario.storm);
  fate_.CrashAt(scenario.crash_at);
}

World::~World() = default;

void World::AddTraffic(int envelopes) { traffic_left_ = envelopes; }

void World::Run() {
  if (traffic_left_ > 0) scheduler_.Add([this] { Intake(); });
  for (int i = 0; i < scenario_.replicas; ++i) scheduler_.Add([this] { Live(); });
  scheduler_.Run();
  checker_.Conclude(*queue_);
}

Tally World::tally() const {
  Tally tally = tally_;
  tally.crashes = fate_.crashes();
  tally.repeated_effects = checker_.repeated_effects();
  for (const fakes::BatchRow& row : queue_->batches()) tally.items[row.state] += row.span.size();
  return tally;
}

EnvelopeId World::Create(const fakes::NewEnvelope& envelope) {
  const EnvelopeId id = queue_->AddEnvelope(envelope);
  checker_.Created(id, envelope.size);
  return id;
}

void World::CreateAtRandom() {
  const Route& route =
      routes_[static_cast<std::size_t>(fate_.Below(static_cast<int>(routes_.size())))];
  const bool phone = route.operation == Operation::kDisassociation;
  const int size = 1 + fate_.Below(8);
  const EnvelopeId id = Create({.route = route,
                                .kind = phone ? IdentifierKind::kPhone : IdentifierKind::kIdentity,
                                .size = size,
                                .closed = fate_.Chance(0.5)});
  for (int pos = 0; pos < size; ++pos) {
    if (fate_.Chance(phone ? 0.1 : 0.005)) vendor_.Poison(fakes::IdentifierAt(id, pos));
  }
}

void World::Intake() {
  for (; traffic_left_ > 0; --traffic_left_) {
    CreateAtRandom();
    scheduler_.Sleep(fate_.UpTo(kTrafficPause));
  }
}

void World::Live() {
  while (!Settled() && !OverTime()) {
    bool crashed = false;
    try {
      Replica(*this).Live();
    } catch (const Crash&) {  // No place to sleep: see Fiber.
      crashed = true;
    }
    if (crashed) scheduler_.Sleep(fate_.UpTo(30s));
  }
}

bool World::Settled() const { return NextDue() == kNever; }

milliseconds World::Idle() const {
  const TimePoint now = clock_.Now();
  const TimePoint due = NextDue();
  if (due <= now || due == kNever) return 0ms;
  return std::chrono::ceil<milliseconds>(due - now);
}

TimePoint World::NextDue() const {
  TimePoint next = traffic_left_ > 0 ? clock_.Now() + kTrafficPause / 2 : kNever;
  const std::set<std::string> blocked = queue_->blocked_accounts();
  queue_->VisitBatches([&](const auto& batch) { next = std::min(next, DueAt(batch, blocked)); });
  return next;
}

bool World::OverTime() const { return clock_.Monotonic() > kPatience; }

}  // namespace lethe::simulation
