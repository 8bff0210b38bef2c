#pragma once

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/account.h"
#include "lethe/delivery_queue.h"

namespace lethe::store {

/// How batches are claimed: as DeliveryQueue::TakeBatch(), inside a transaction that the caller
/// commits if it wrote anything. Throws what pqxx throws.
class Claims {
 public:
  using Answer = Result<std::optional<Claim>>;

  /// `holder` names the process in slots and attempts.
  Claims(std::string holder, const std::vector<Account>& accounts, const crypto::KeyRing& keys);

  struct Taken {
    Answer answer;
    bool wrote;
  };
  Taken TakeAlone(pqxx::work& work, const ClaimParams& wish) const;

  struct TakenTogether {
    /// In the order of the wishes; nothing for whoever must ask alone.
    std::vector<std::optional<Answer>> answers;
    bool wrote;
  };
  /// For any number of callers. These must ask alone:
  ///   - whose account is blocked: a probe that finds nothing to send must not be spent;
  ///   - who want another operation than the account's first caller here: two operations on one
  ///     identifier must not see each other half claimed.
  /// Of callers with one route the first one's linger counts.
  TakenTogether TakeTogether(pqxx::work& work, std::span<const ClaimParams* const> wishes) const;

  /// The longest that a sendable batch waits for its capture; nothing where it needs none. Who is
  /// about to be erased by identity must be known before the erasure is sent.
  std::optional<milliseconds> CaptureWait(const Route& route) const;

 private:
  struct Wished;
  struct Made;

  /// Answers whether anything was written.
  bool Make(pqxx::work& work, std::map<Route, Wished> wished,
            std::vector<std::optional<Answer>>& answers) const;
  void FindFreeSlots(pqxx::work& work, std::map<Route, Wished>& wished) const;
  bool TakeOldest(pqxx::work& work, std::map<Route, Wished>& wished, std::vector<Made>& made) const;
  void ReadMembers(pqxx::work& work, std::vector<Made>& made) const;
  void BeginAttempts(pqxx::work& work, std::vector<Made>& made) const;

  const std::string holder_;
  const std::map<std::string, int, std::less<>> concurrency_;  ///< By account.
  const std::set<std::string, std::less<>> verified_;          ///< Accounts that read back.
  const crypto::KeyRing& keys_;
};

}  // namespace lethe::store
