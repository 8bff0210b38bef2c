#include "fakes/fake_account_gate.h"

#include <algorithm>
#include <chrono>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"

namespace lethe::fakes {
namespace {

using namespace std::chrono_literals;

/// Doubles from `first` up to 10 min.
milliseconds ProbeDelay(milliseconds first, int probe_count) {
  return std::min<milliseconds>(first * (1 << std::min(probe_count - 1, 10)), 10min);
}

}  // namespace

Result<std::optional<AccountProbe>> FakeAccountGate::TakeProbe(milliseconds lease) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, block] : blocks_) {
    const bool batch_did_not_come =
        block.resume == Resume::kBatch && block.probe_at <= clock_.Now() - kLookAgainAfter;
    if (key.api || !(IsDue(block, Resume::kConnect) || batch_did_not_come)) continue;
    block.resume = Resume::kConnect;
    block.probe_at = clock_.Now() + lease;
    return std::optional(AccountProbe{.account = key.account,
                                      .reason = block.reason,
                                      .lease_until = block.probe_at,
                                      .probe_count = block.probe_count});
  }
  return std::optional<AccountProbe>{};
}

Result<bool> FakeAccountGate::Record(const AccountProbe& probe, ProbeFinding finding) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.find({probe.account, {}});
    if (found == blocks_.end()) return false;
    State& block = found->second;
    if (block.resume != Resume::kConnect || block.probe_at != probe.lease_until) return false;
    switch (finding) {
      case ProbeFinding::kHealthy:
        blocks_.erase(found);
        connected_at_[probe.account] = clock_.Now();
        break;
      case ProbeFinding::kAskAgain: PutOff(found->first, block); return true;
      case ProbeFinding::kAskByBatch:
        block.resume = Resume::kBatch;
        block.probe_at = clock_.Now() + kBeforeBatchProbe;
        return true;
    }
  }
  // Not under the lock: the queue calls this class under its own.
  on_resumed_(probe.account);
  return true;
}

Status FakeAccountGate::ProbeSoon(std::string_view account) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, block] : blocks_) {
    if (key.account != account || block.resume == Resume::kOperator) continue;
    block.probe_at = clock_.Now();
    block.probe_count = 0;
  }
  return Ok();
}

std::map<std::string, Resume> FakeAccountGate::blocks() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Resume> blocks;
  for (const auto& [key, block] : blocks_) {
    if (!key.api) blocks[key.account] = block.resume;
  }
  return blocks;
}

std::map<std::pair<std::string, Api>, Resume> FakeAccountGate::route_blocks() const {
  const std::lock_guard lock(mutex_);
  std::map<std::pair<std::string, Api>, Resume> blocks;
  for (const auto& [key, block] : blocks_) {
    if (key.api) blocks[{key.account, *key.api}] = block.resume;
  }
  return blocks;
}

bool FakeAccountGate::IsBlocked(const std::string& account) const {
  const std::lock_guard lock(mutex_);
  return blocks_.contains({account, {}});
}

bool FakeAccountGate::IsRouteBlocked(const Route& route) const {
  const std::lock_guard lock(mutex_);
  return blocks_.contains({route.account, ApiOf(route.operation)});
}

std::optional<TimePoint> FakeAccountGate::ConnectedAt(const std::string& account) const {
  const std::lock_guard lock(mutex_);
  const auto found = connected_at_.find(account);
  return found == connected_at_.end() ? std::nullopt : std::optional(found->second);
}

bool FakeAccountGate::EndsByBatch(const Route& route) const {
  const std::lock_guard lock(mutex_);
  bool ends = false;
  for (const Key& key : KeysOf(route)) {
    const auto found = blocks_.find(key);
    if (found == blocks_.end()) continue;
    if (found->second.resume != Resume::kBatch) return false;
    ends = true;
  }
  return ends;
}

bool FakeAccountGate::IsInDoubt(const Route& route) const {
  const std::lock_guard lock(mutex_);
  const auto [account, api] = KeysOf(route);
  const auto block = blocks_.find(api);
  return blocks_.contains(account) ||
         (block != blocks_.end() && block->second.reason.starts_with(Name(BlockReason::kEndpoint)));
}

bool FakeAccountGate::IsBlockedForRefusals(const Route& route) const {
  const std::lock_guard lock(mutex_);
  const auto block = blocks_.find({route.account, ApiOf(route.operation)});
  return block != blocks_.end() && !block->second.reason.starts_with(Name(BlockReason::kEndpoint));
}

bool FakeAccountGate::LetsThrough(const Route& route) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::all_of(KeysOf(route), [&](const Key& key) {
    const auto found = blocks_.find(key);
    return found == blocks_.end() || IsDue(found->second, Resume::kBatch);
  });
}

void FakeAccountGate::TakeBatch(const Route& route, milliseconds lease) {
  const std::lock_guard lock(mutex_);
  for (const Key& key : KeysOf(route)) {
    const auto found = blocks_.find(key);
    if (found != blocks_.end()) found->second.probe_at = clock_.Now() + lease;
  }
}

FakeAccountGate::Unblocked FakeAccountGate::Unblock(const Route& route, TimePoint started_at) {
  const std::lock_guard lock(mutex_);
  const auto end = [&](const Key& key) {
    const auto found = blocks_.find(key);
    if (found == blocks_.end() || found->second.resume == Resume::kOperator ||
        started_at < found->second.since) {
      return false;
    }
    blocks_.erase(found);
    if (!key.api) connected_at_[key.account] = clock_.Now();
    return true;
  };
  const auto [account, api] = KeysOf(route);
  return {.account = end(account), .route = end(api)};
}

bool FakeAccountGate::UnblockByControlCall(const Route& route, TimePoint started_at,
                                           bool holds_refusals) {
  const std::lock_guard lock(mutex_);
  const auto [account, api] = KeysOf(route);
  const auto by_batch = [&](const Key& key) {
    const auto found = blocks_.find(key);
    return found != blocks_.end() && found->second.resume == Resume::kBatch &&
                   started_at >= found->second.since
               ? &found->second
               : nullptr;
  };
  const State* const of_route = by_batch(api);
  if (of_route && (!holds_refusals || of_route->reason.starts_with(Name(BlockReason::kEndpoint)))) {
    blocks_.erase(api);
  }
  if (!by_batch(account)) return false;
  blocks_.erase(account);
  connected_at_[route.account] = clock_.Now();
  return true;
}

void FakeAccountGate::ProbeNow(const Route& route) {
  const std::lock_guard lock(mutex_);
  for (const Key& key : KeysOf(route)) {
    const auto found = blocks_.find(key);
    if (found != blocks_.end() && found->second.resume == Resume::kBatch) {
      found->second.probe_at = std::min(found->second.probe_at, clock_.Now());
    }
  }
}

void FakeAccountGate::Block(const Route& route, const NewBlock& block) {
  const std::lock_guard lock(mutex_);
  const auto [account, api] = KeysOf(route);
  const Key& key = block.scope == BlockScope::kAccount ? account : api;
  const auto [found, is_new] = blocks_.try_emplace(key, State{.since = clock_.Now()});
  State& state = found->second;
  if (!is_new &&
      (state.resume == Resume::kOperator || !block.started_at || *block.started_at < state.since)) {
    return;
  }
  state.reason = block.reason;
  state.resume = block.resume;
  PutOff(key, state);
}

FakeAccountGate::Ended FakeAccountGate::EndBlocks(const std::string& account) {
  const std::lock_guard lock(mutex_);
  Ended ended;
  std::erase_if(blocks_, [&](const auto& entry) {
    const Key& key = entry.first;
    if (key.account != account) return false;
    if (key.api) {
      ended.routes.insert(*key.api);
    } else {
      ended.account = true;
    }
    return true;
  });
  return ended;
}

std::array<FakeAccountGate::Key, 2> FakeAccountGate::KeysOf(const Route& route) {
  return {Key{route.account, {}}, Key{route.account, ApiOf(route.operation)}};
}

bool FakeAccountGate::IsDue(const State& block, Resume resume) const {
  return block.resume == resume && block.probe_at <= clock_.Now();
}

void FakeAccountGate::PutOff(const Key& key, State& block) const {
  ++block.probe_count;
  block.probe_at = block.resume == Resume::kOperator
                       ? TimePoint::max()
                       : clock_.Now() + ProbeDelay(key.api ? 1s : 10s, block.probe_count);
}

}  // namespace lethe::fakes
