#include "fakes/fake_account_gate.h"

#include <algorithm>
#include <chrono>

namespace lethe::fakes {
namespace {

using namespace std::chrono_literals;

/// Doubles from 10 s up to 10 min.
milliseconds ProbeDelay(int probe_count) {
  return std::min<milliseconds>(10s * (1 << std::min(probe_count - 1, 6)), 10min);
}

}  // namespace

Result<std::optional<AccountProbe>> FakeAccountGate::TakeProbe(milliseconds lease) {
  const std::lock_guard lock(mutex_);
  for (auto& [account, block] : blocks_) {
    if (!IsDue(block, Resume::kConnect)) continue;
    block.probe_at = clock_.Now() + lease;
    return std::optional(
        AccountProbe{.account = account, .reason = block.reason, .lease_until = block.probe_at});
  }
  return std::optional<AccountProbe>{};
}

Result<bool> FakeAccountGate::Record(const AccountProbe& probe, ProbeFinding finding) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.find(probe.account);
    if (found == blocks_.end()) return false;
    State& block = found->second;
    if (block.resume != Resume::kConnect || block.probe_at != probe.lease_until) return false;
    switch (finding) {
      case ProbeFinding::kHealthy: blocks_.erase(found); break;
      case ProbeFinding::kAskAgain: PutOff(block); return true;
      case ProbeFinding::kAskByBatch:
        block.resume = Resume::kBatch;
        block.probe_at = clock_.Now();
        return true;
    }
  }
  // Not under the lock: the queue calls this class under its own.
  on_resumed_(probe.account);
  return true;
}

Status FakeAccountGate::ProbeSoon(std::string_view account) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(account);
  if (found != blocks_.end() && found->second.resume != Resume::kOperator) {
    found->second.probe_at = clock_.Now();
    found->second.probe_count = 0;
  }
  return Ok();
}

std::map<std::string, Resume> FakeAccountGate::blocks() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Resume> blocks;
  for (const auto& [account, block] : blocks_) blocks[account] = block.resume;
  return blocks;
}

bool FakeAccountGate::IsBlocked(const std::string& account) const {
  const std::lock_guard lock(mutex_);
  return blocks_.contains(account);
}

bool FakeAccountGate::LetsThrough(const std::string& account) const {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(account);
  return found == blocks_.end() || IsDue(found->second, Resume::kBatch);
}

void FakeAccountGate::TakeBatch(const std::string& account, milliseconds lease) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(account);
  if (found != blocks_.end()) found->second.probe_at = clock_.Now() + lease;
}

bool FakeAccountGate::Unblock(const std::string& account, TimePoint started_at) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(account);
  if (found == blocks_.end() || found->second.resume == Resume::kOperator ||
      started_at < found->second.since) {
    return false;
  }
  blocks_.erase(found);
  return true;
}

void FakeAccountGate::Block(const std::string& account, const NewBlock& block) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = blocks_.try_emplace(account, State{.since = clock_.Now()});
  State& state = found->second;
  if (!is_new &&
      (state.resume == Resume::kOperator || !block.started_at || *block.started_at < state.since)) {
    return;
  }
  state.reason = block.reason;
  state.resume = block.resume;
  PutOff(state);
}

bool FakeAccountGate::EndBlock(const std::string& account) {
  const std::lock_guard lock(mutex_);
  return blocks_.erase(account) > 0;
}

bool FakeAccountGate::IsDue(const State& block, Resume resume) const {
  return block.resume == resume && block.probe_at <= clock_.Now();
}

void FakeAccountGate::PutOff(State& block) const {
  ++block.probe_count;
  block.probe_at = block.resume == Resume::kOperator ? TimePoint::max()
                                                     : clock_.Now() + ProbeDelay(block.probe_count);
}

}  // namespace lethe::fakes
