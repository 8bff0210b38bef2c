#include "simulation/dispatcher/ports.h"

namespace lethe::simulation {

Result<std::optional<AccountProbe>> GatePort::TakeProbe(milliseconds lease) {
  return Through([&] {
    auto probe = stage_.queue->gate().TakeProbe(lease);
    if (probe.ok() && *probe) stage_.fate.SomethingHappened();
    return probe;
  });
}

Result<bool> GatePort::Record(const AccountProbe& probe, ProbeFinding finding) {
  const OutcomeClass look = vendor_.last_probe();
  const bool tells_nothing = (look == OutcomeClass::kUnknown || look == OutcomeClass::kThrottled) &&
                             probe.probe_count >= 3;
  const bool found_out =
      look == OutcomeClass::kAccepted || look == OutcomeClass::kMisconfigured || tells_nothing;
  if (Has(Defect::kTrustsEveryLook)) finding = ProbeFinding::kHealthy;
  return Through([&] {
    auto recorded = stage_.queue->gate().Record(probe, finding);
    if (!recorded.ok() || !*recorded) return recorded;
    stage_.fate.SomethingHappened();
    if (found_out) stage_.calls.CredentialsLookedAt(probe.account);
    return recorded;
  });
}

Status GatePort::ProbeSoon(std::string_view account) {
  return Through([&] { return stage_.queue->gate().ProbeSoon(account); });
}

}  // namespace lethe::simulation
