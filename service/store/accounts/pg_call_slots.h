#pragma once

#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "lethe/account.h"
#include "lethe/call_slots.h"
#include "store/session/pool.h"

namespace lethe::store {

/// The rows that PgDeliveryQueue leases, leased without a batch.
class PgCallSlots final : public CallSlots {
 public:
  /// `holder` names the process in slots.
  PgCallSlots(std::string holder, const std::vector<Account>& accounts, Pool& pool);

  Result<SlotOffer> Lease(const LeaseParams& params) override;
  Status Free(const SlotLease& lease, const SlotEnd& end) override;

 private:
  std::optional<SlotLease> LeaseOne(pqxx::work& work, const LeaseParams& params,
                                    const std::string& slots_of, int slot) const;

  const std::string holder_;
  std::map<std::string, int> concurrency_;  ///< By account.
  Pool& pool_;
};

}  // namespace lethe::store
