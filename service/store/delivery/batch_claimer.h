#pragma once

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/live_keys.h"
#include "lethe/account.h"
#include "lethe/delivery_queue.h"
#include "store/delivery/pending_claim.h"
#include "store/recovery/call_memory.h"

namespace lethe::store {

/// Claims batches as DeliveryQueue::TakeBatch() promises, inside a transaction of its caller's.
/// Throws what pqxx throws.
class BatchClaimer {
 public:
  using Answer = Result<std::optional<Claim>>;

  /// `holder` names the process in slots and attempts.
  BatchClaimer(std::string holder, const std::vector<Account>& accounts, crypto::LiveKeys keys);

  struct Answers {
    /// In the order of the callers; nothing for a caller that must be served alone.
    std::vector<std::optional<Answer>> of_callers;
    bool wrote;  ///< Whether the transaction is to be committed.

    /// What was claimed, to be remembered once it is committed.
    std::vector<RememberedCall> calls = {};
  };

  /// For any number of callers. These must be served alone:
  ///   - callers of a blocked account or route: a probe that finds nothing to send must not be
  ///     spent;
  ///   - callers that want another operation than the account's first caller here: two operations
  ///     on one identifier must not see each other half claimed.
  /// Of callers with one route the first one's linger and lease count.
  Answers ClaimForAll(pqxx::work& work, std::span<const ClaimParams* const> callers) const;

  /// Answers one, always.
  Answers ClaimForOne(pqxx::work& work, const ClaimParams& caller) const;

  /// Whether the account looks people up.
  bool LooksUp(std::string_view account) const;

  /// The longest that a sendable batch waits for its capture; nothing: it needs none. The profiles
  /// that an erasure by identity is about to reach must be known before it is sent.
  std::optional<milliseconds> CaptureWait(const Route& route) const;

 private:
  struct RouteDemand;
  using Demand = std::map<Route, RouteDemand>;

  void ClaimFor(pqxx::work& work, Demand& demand, bool probing, Answers& answers) const;
  void FindFreeSlots(pqxx::work& work, Demand& demand) const;
  bool TakeNext(pqxx::work& work, Demand& demand, bool probing,
                std::vector<PendingClaim>& pending) const;
  std::vector<Claim> TakeInTurn(pqxx::work& work, const std::vector<Route>& routes,
                                const Demand& demand) const;
  std::vector<Claim> TakeProbe(pqxx::work& work, const Route& route,
                               const RouteDemand& demand) const;
  void BeginAttempts(pqxx::work& work, const crypto::KeyRing& keys,
                     std::vector<PendingClaim>& pending) const;

  const std::string holder_;
  const std::map<std::string, int, std::less<>> concurrency_;  ///< By account.
  const std::set<std::string, std::less<>> verified_;          ///< Accounts that read back.
  const crypto::LiveKeys keys_;
};

}  // namespace lethe::store
