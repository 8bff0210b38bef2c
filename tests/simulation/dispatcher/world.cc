#include "simulation/dispatcher/world.h"

#include <chrono>

#include "simulation/dispatcher/person.h"
#include "simulation/dispatcher/replica.h"
#include "simulation/dispatcher/traffic.h"

namespace lethe::simulation {

using namespace std::chrono_literals;

void World::AddEnvelope(const fakes::NewEnvelope& envelope, const std::vector<int>& poison) {
  const EnvelopeId id = stage_.Create(envelope);
  for (const int pos : poison) {
    stage_.clevertap.Poison(envelope.route.account, stage_.ledger.at({id, pos}).identifier);
  }
}

void World::AddEnvelope(const fakes::NewEnvelope& envelope, const std::map<int, Oddity>& odd) {
  const EnvelopeId id = stage_.Create(envelope);
  for (const auto& [pos, oddity] : odd) {
    stage_.clevertap.Mark(envelope.route.account, stage_.ledger.at({id, pos}).identifier, oddity);
  }
}

void World::AddTraffic(int envelopes) {
  traffic_ = envelopes;
  AddTroubles();
}

void World::AddTroubles() {
  Fate& fate = stage_.fate;
  if (fate.Chance(0.5)) {
    const auto index = static_cast<std::size_t>(fate.Below(static_cast<int>(stage_.routes.size())));
    RuleChange rule{.route = stage_.routes[index], .kind = {}, .period = SomePeriod()};
    if (rule.route.operation == Operation::kErasure && fate.Chance(0.5)) {
      rule.kind = IdentifierKind::kGuid;
    }
    if (fate.Chance(0.5)) rule.http_status = fate.Chance(0.5) ? 403 : 500;
    stage_.clevertap.Change(rule);
  }
  if (fate.Chance(0.5)) {
    const auto index =
        static_cast<std::size_t>(fate.Below(static_cast<int>(stage_.accounts.size())));
    stage_.clevertap.ExpirePasscode(stage_.accounts[index].name, SomePeriod());
    if (fate.Chance(0.2)) stage_.clevertap.HideProbe(stage_.accounts[index].name);
  }
}

Period World::SomePeriod() {
  const TimePoint begin = stage_.clock.Now() + stage_.fate.UpTo(30min);
  return {.begin = begin, .end = begin + stage_.fate.UpTo(1h)};
}

void World::Run() {
  if (traffic_ > 0) {
    stage_.scheduler.Add([traffic = Traffic(stage_, traffic_)]() mutable { traffic.Flow(); });
  }
  for (int i = 0; i < stage_.scenario.replicas; ++i) {
    stage_.scheduler.Add([this] { KeepAlive(stage_); });
  }
  stage_.scheduler.Add([this] { Person(stage_).Work(); });
  if (stage_.scenario.minds_change) {
    stage_.scheduler.Add([this] { Person(stage_).ChangeMinds(); });
  }
  stage_.scheduler.Run();
  stage_.rows.Conclude(*stage_.queue);
}

Tally World::tally() const {
  Tally tally = stage_.tally;
  tally.crashes = stage_.fate.crashes();
  tally.repeated_effects = stage_.calls.repeated_effects();
  for (const fakes::BatchRow& row : stage_.queue->batches()) {
    tally.items[row.state] += row.span.size();
  }
  return tally;
}

bool World::HoldsOnlyPoison(const fakes::BatchRow& batch) {
  for (int pos = batch.span.lo; pos <= batch.span.hi; ++pos) {
    const Item& item = stage_.ledger.at({batch.envelope, pos});
    if (!stage_.clevertap.IsPoison(batch.route.account, item.identifier)) return false;
  }
  return true;
}

}  // namespace lethe::simulation
