#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/account.h"
#include "lethe/delivery_queue.h"
#include "store/connection.h"

namespace lethe::store {

/// The queue in PostgreSQL. The fence is the slot: a row that points to its batch, whose epoch
/// rises whenever it is leased or taken over, and without which no state of a batch that is being
/// sent can change.
class PgDeliveryQueue final : public DeliveryQueue {
 public:
  /// `holder` names the process in slots and attempts.
  PgDeliveryQueue(std::string holder, const std::vector<Account>& accounts,
                  const crypto::KeyRing& keys, Pool& pool);

  /// Makes the slots and the state row of each account, where they are missing. To be called once
  /// before anything else.
  Status RegisterAccounts();

  Result<std::vector<Route>> Sendable(std::span<const Route> routes, milliseconds linger) override;
  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override;
  Result<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) override;
  Result<Recorded> Release(const Claim& claim) override;
  Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) override;
  Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) override;
  Result<std::vector<RefusalCase>> RefusalCases() override;
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) override;
  Result<int> CloseWindows(TimePoint now, int limit) override;
  Result<int> ReleaseHeld(int limit) override;

 private:
  struct Members;

  std::optional<std::int64_t> CaptureWait(const Route& route) const;
  Result<std::optional<Claim>> TakeBatchIn(pqxx::work& work, const ClaimParams& params) const;
  Result<Members> ReadMembers(pqxx::work& work, const Claim& claim) const;

  const std::string holder_;
  const std::map<std::string, int, std::less<>> concurrency_;  ///< By account.
  const std::set<std::string, std::less<>> verified_;          ///< Accounts that read back.
  const crypto::KeyRing& keys_;
  Pool& pool_;
};

}  // namespace lethe::store
