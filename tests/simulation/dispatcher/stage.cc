#include "simulation/dispatcher/stage.h"

#include <algorithm>

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNever = TimePoint::max();

std::vector<Account> Accounts(const Scenario& scenario) {
  ProcessingHours hours{.zone = *TimeZone::Find("Asia/Kolkata")};
  if (scenario.sandbox_window > 0ms) hours.sandbox_window = scenario.sandbox_window;
  // Short enough that a storm outlasts them.
  if (!scenario.at_night) {
    hours.resend[Operation::kErasure] = hours.resend[Operation::kDemerge] = 1h;
  }
  std::vector<Account> accounts;
  for (const char* name : {"acme", "globex"}) {
    accounts.push_back({.name = name,
                        .base_url = {},
                        .account_id = {},
                        .passcode_file = {},
                        .hours = hours,
                        .concurrency = kConcurrency,
                        .control_calls = scenario.control_calls});
  }
  return accounts;
}

std::vector<Route> Routes(const std::vector<Account>& accounts) {
  std::vector<Route> routes;
  for (const Account& account : accounts) {
    for (Operation operation : kAll<Operation>) routes.push_back({account.name, operation});
  }
  return routes;
}

class UnfencedQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

 private:
  bool Holds(const Claim&) const override { return true; }
};

class UnorderedQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

 private:
  std::optional<Blocker> FindBlocker(const fakes::BatchRow&, int) const override { return {}; }
};

class TrustingQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

 private:
  TimePoint ClosesBy(TimePoint now) const override { return now; }
};

/// Takes what a call may have carried for what CleverTap does not have.
class LateQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

 private:
  ChangeEffect Effect(const fakes::BatchRow& batch, RequestChange change) const override {
    return EffectOf(change,
                    {.state = batch.state, .reason = batch.reason, .may_have_effect = false});
  }
};

/// Says of what is being sent that it is on hold.
class HastyQueue : public fakes::FakeDeliveryQueue {
 public:
  using FakeDeliveryQueue::FakeDeliveryQueue;

 private:
  ChangeEffect Effect(const fakes::BatchRow& batch, RequestChange change) const override {
    const bool hasty = change == RequestChange::kHold && batch.state == BatchState::kSending;
    return hasty ? ChangeEffect::kChanged : FakeDeliveryQueue::Effect(batch, change);
  }
};

std::unique_ptr<fakes::FakeDeliveryQueue> QueueWith(Defect defect, const Clock& clock) {
  std::unique_ptr<fakes::FakeDeliveryQueue> queue;
  switch (defect) {
    case Defect::kForgetsToFence: queue = std::make_unique<UnfencedQueue>(clock); break;
    case Defect::kIgnoresTheOrder: queue = std::make_unique<UnorderedQueue>(clock); break;
    case Defect::kCancelsTooLate: queue = std::make_unique<LateQueue>(clock); break;
    case Defect::kHoldsWhatIsBeingSent: queue = std::make_unique<HastyQueue>(clock); break;
    case Defect::kTrustsItsOwnClock:
    case Defect::kClosesEarly: queue = std::make_unique<TrustingQueue>(clock); break;
    default: queue = std::make_unique<fakes::FakeDeliveryQueue>(clock); break;
  }
  queue->SetConcurrency(defect == Defect::kIgnoresTheSlots ? kMaxConcurrency : kConcurrency);
  return queue;
}

/// When there may be something to do for it that nothing else leads to.
TimePoint DueAt(const fakes::BatchRow& batch) {
  switch (batch.state) {
    case BatchState::kOpen: return batch.opened_at + kOptions.linger;
    case BatchState::kReady:
    case BatchState::kHeld:
      return batch.blocked_by ? kNever : batch.not_before.value_or(batch.opened_at);
    case BatchState::kSending: return batch.opened_at;
    case BatchState::kAccepted: return *batch.window_end;
    default: return kNever;
  }
}

}  // namespace

Stage::Stage(const Scenario& the_scenario)
    : scenario(the_scenario),
      accounts(Accounts(scenario)),
      routes(Routes(accounts)),
      fate(scenario.seed, clock),
      scheduler(clock, fate.random()),
      queue(QueueWith(scenario.defect, clock)),
      clevertap(clock, fate),
      rows(ledger, clevertap, clock, accounts.front().hours),
      calls(
          ledger, *queue, clevertap, clock,
          {.hours = accounts.front().hours, .lease = kOptions.lease, .concurrency = kConcurrency}) {
  // 01:00 of the accounts' zone.
  if (scenario.at_night) clock.Advance(19h + 30min);
  fate.StormUntil(clock.Now() + scenario.storm);
  fate.CrashAt(scenario.crash_at);
}

EnvelopeId Stage::Create(const fakes::NewEnvelope& envelope) {
  const EnvelopeId id = queue->AddEnvelope(envelope);
  ledger.Add(id, envelope);
  return id;
}

bool Stage::IsOver() const {
  if (clock.Monotonic() > scenario.patience) return true;
  if (next_envelope_at) return false;
  bool all_final = true;
  queue->VisitBatches([&](const auto& batch) { all_final &= IsFinal(batch.state); });
  return all_final;
}

milliseconds Stage::Idle() const {
  TimePoint due = next_envelope_at.value_or(kNever);
  queue->VisitBatches([&](const auto& batch) { due = std::min(due, DueAt(batch)); });
  if (due <= clock.Now() || due == kNever) return 0ms;
  return std::chrono::ceil<milliseconds>(due - clock.Now());
}

void Tally::Add(const Tally& other) {
  crashes += other.crashes;
  sent += other.sent;
  released += other.released;
  withheld += other.withheld;
  fenced += other.fenced;
  rescued += other.rescued;
  record_lost += other.record_lost;
  blocked += other.blocked;
  splits += other.splits;
  let_go += other.let_go;
  for (const auto& [verdict, count] : other.rulings) rulings[verdict] += count;
  for (const auto& [change, items_of_it] : other.changed) changed[change] += items_of_it;
  restored += other.restored;
  resumed += other.resumed;
  decided += other.decided;
  repeated_effects += other.repeated_effects;
  clock_rests += other.clock_rests;
  for (BatchState state : kAll<BatchState>) items[state] += other.items[state];
}

}  // namespace lethe::simulation
