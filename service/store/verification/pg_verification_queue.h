#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "crypto/live_keys.h"
#include "lethe/account.h"
#include "lethe/verification_queue.h"
#include "store/session/pool.h"
#include "store/verification/look_claimer.h"

namespace lethe::store {

/// Verification in PostgreSQL. The fence is a slot, as in PgDeliveryQueue. Two looks never take one
/// batch, because a claim moves the batch's `look_at` to the end of the lease.
class PgVerificationQueue final : public VerificationQueue {
 public:
  /// `holder` names the process in slots. PgDeliveryQueue::RegisterAccounts() makes those.
  PgVerificationQueue(std::string holder, const std::vector<Account>& accounts,
                      crypto::LiveKeys keys, Pool& pool);

  Result<std::vector<Route>> Due(std::span<const Route> routes, milliseconds linger) override;
  Result<std::optional<LookClaim>> Take(const LookParams& params) override;
  Result<Recorded> Record(const LookClaim& claim, const LookResult& result) override;
  Result<int> ForgetCaptures(int limit) override;

 private:
  std::map<std::string, Account, std::less<>> accounts_;  ///< Those that verify, by name.
  const LookClaimer claimer_;
  const crypto::LiveKeys keys_;
  Pool& pool_;
};

}  // namespace lethe::store
