#pragma once

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lethe/account_gate.h"
#include "lethe/decision.h"
#include "lethe/delivery_queue.h"
#include "lethe/operation.h"
#include "lethe/time.h"

namespace lethe::fakes {

/// The blocks of accounts and routes in memory. Thread-safe.
class FakeAccountGate final : public AccountGate {
 public:
  /// `clock` stands for the database's. `on_resumed` hears of accounts whose block a probe ended.
  FakeAccountGate(const Clock& clock, std::function<void(const std::string&)> on_resumed)
      : clock_(clock), on_resumed_(std::move(on_resumed)) {}

  Result<std::optional<AccountProbe>> TakeProbe(milliseconds lease) override;
  Result<bool> Record(const AccountProbe& probe, ProbeFinding finding) override;
  Status ProbeSoon(std::string_view account) override;

  // What the delivery queue asks and says.

  std::map<std::string, Resume> blocks() const;  ///< Of accounts.
  std::map<std::pair<std::string, Api>, Resume> route_blocks() const;

  bool IsBlocked(const std::string& account) const;
  bool IsRouteBlocked(const Route& route) const;  ///< Whatever its account is.

  /// When a look or a call found the account's credentials right.
  std::optional<TimePoint> ConnectedAt(const std::string& account) const;

  /// Whether the route or its account is blocked, and the next batch ends that.
  bool EndsByBatch(const Route& route) const;

  /// Whether the account is blocked, or the route for its path.
  bool IsInDoubt(const Route& route) const;

  /// Whether the route has a block of its own that is not about its path.
  bool IsBlockedForRefusals(const Route& route) const;

  /// Whether the account and the route are healthy, or the next batch is due as the probe of what
  /// is blocked.
  bool LetsThrough(const Route& route) const;

  /// A batch of the route is claimed: as the probe of what is blocked.
  void TakeBatch(const Route& route, milliseconds lease);

  /// A batch whose attempt began then was accepted. Which blocks that ended.
  struct Unblocked {
    bool account;
    bool route;
  };
  Unblocked Unblock(const Route& route, TimePoint started_at);

  /// A control call that began then was accepted. Whether that ended the account's block.
  bool UnblockByControlCall(const Route& route, TimePoint started_at, bool holds_refusals);

  /// The probe ended without a call: the next one is due.
  void ProbeNow(const Route& route);

  struct NewBlock {
    BlockScope scope;
    std::string reason;
    Resume resume;
    std::optional<TimePoint> started_at = {};  ///< Of the attempt that says so, if one does.
  };
  void Block(const Route& route, const NewBlock& block);

  /// A person ends the blocks of the account and of its routes, whatever they wait for. What was
  /// blocked.
  struct Ended {
    bool account = false;
    std::set<Api> routes = {};
  };
  Ended EndBlocks(const std::string& account);

 private:
  struct Key {
    std::string account;
    std::optional<Api> api;  ///< Nothing: the whole account.
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct State {
    TimePoint since;
    std::string reason = {};
    Resume resume = Resume::kBatch;
    TimePoint probe_at = {};
    int probe_count = 0;
  };

  /// The account's, and the route's own.
  static std::array<Key, 2> KeysOf(const Route& route);
  bool IsDue(const State& block, Resume resume) const;
  void PutOff(const Key& key, State& block) const;

  const Clock& clock_;
  const std::function<void(const std::string&)> on_resumed_;
  mutable std::mutex mutex_;
  std::map<Key, State> blocks_;
  std::map<std::string, TimePoint> connected_at_;
};

}  // namespace lethe::fakes
