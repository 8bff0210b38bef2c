#include "sandbox/fault_queue.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lethe::sandbox {
namespace {

bool Matches(const Fault& fault, const FaultTarget& target) {
  if (fault.api && *fault.api != target.endpoint) return false;
  if (!fault.account_id.empty() && fault.account_id != target.account_id) return false;
  if (fault.identifier_kind && fault.identifier_kind != target.kind) return false;
  return fault.identifier.empty() ||
         std::ranges::find(target.identifiers, fault.identifier) != target.identifiers.end();
}

}  // namespace

void FaultQueue::SetRandom(RandomFaults faults) {
  engine_.seed(faults.seed);
  random_ = std::move(faults);
}

void FaultQueue::Clear() {
  queue_.clear();
  SetRandom({});
}

std::optional<Fault> FaultQueue::Take(const FaultTarget& target) {
  if (auto fault = TakeQueued(target)) return fault;
  return TakeRandom(target);
}

std::optional<Fault> FaultQueue::TakeQueued(const FaultTarget& target) {
  const auto fault = std::ranges::find_if(
      queue_, [&](const Fault& candidate) { return Matches(candidate, target); });
  if (fault == queue_.end()) return {};
  if (fault->skip > 0) {
    --fault->skip;
    return {};
  }
  Fault taken = *fault;
  // 0 stands for ever, so the count never gets there from above.
  if (fault->times == 1) {
    queue_.erase(fault);
  } else if (fault->times > 1) {
    --fault->times;
  }
  return taken;
}

std::optional<Fault> FaultQueue::TakeRandom(const FaultTarget& target) {
  std::vector<const Fault*> candidates;
  for (const Fault& fault : random_.kinds) {
    if (Matches(fault, target)) candidates.push_back(&fault);
  }
  if (candidates.empty()) return {};
  if (!std::bernoulli_distribution(random_.probability)(engine_)) return {};
  std::uniform_int_distribution<std::size_t> choice(0, candidates.size() - 1);
  return *candidates[choice(engine_)];
}

}  // namespace lethe::sandbox
