#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "lethe/account_gate.h"
#include "lethe/decision.h"
#include "lethe/time.h"

namespace lethe::fakes {

/// The blocks of accounts in memory. Thread-safe.
class FakeAccountGate final : public AccountGate {
 public:
  /// `clock` stands for the database's. `on_resumed` hears of accounts whose block a probe ended.
  FakeAccountGate(const Clock& clock, std::function<void(const std::string&)> on_resumed)
      : clock_(clock), on_resumed_(std::move(on_resumed)) {}

  Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) override;
  Result<bool> Record(const AccountProbe& probe, ProbeFinding finding) override;
  Status ProbeSoon(std::string_view account) override;

  // What the delivery queue asks and says.

  std::map<std::string, Resume> blocks() const;
  bool IsBlocked(const std::string& account) const;

  /// Whether the account is healthy, or its next batch is due as the probe.
  bool LetsThrough(const std::string& account) const;

  /// A batch of the account is claimed: of a blocked one, as its probe.
  void TakeBatch(const std::string& account, milliseconds lease);

  /// A batch whose attempt began then was accepted. Whether that ended a block.
  bool Unblock(const std::string& account, TimePoint started_at);

  struct NewBlock {
    std::string reason;
    Resume resume;
    std::optional<TimePoint> started_at = {};  ///< Of the attempt that says so, if one does.
  };
  void Block(const std::string& account, const NewBlock& block);

  /// A person ends the block, whatever it waits for. Whether there was one.
  bool EndBlock(const std::string& account);

 private:
  struct State {
    TimePoint since;
    std::string reason = {};
    Resume resume = Resume::kBatch;
    TimePoint probe_at = {};
    int probe_count = 0;
  };

  bool IsDue(const State& block, Resume resume) const;
  void PutOff(State& block) const;

  const Clock& clock_;
  const std::function<void(const std::string&)> on_resumed_;
  mutable std::mutex mutex_;
  std::map<std::string, State, std::less<>> blocks_;
};

}  // namespace lethe::fakes
