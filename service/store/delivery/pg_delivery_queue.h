#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/account.h"
#include "lethe/delivery_queue.h"
#include "store/base/connection.h"
#include "store/base/gathered.h"
#include "store/delivery/attempt_recorder.h"
#include "store/delivery/batch_claimer.h"

namespace lethe::store {

/// The queue in PostgreSQL. The fence is the slot: a row that points to its batch, whose epoch
/// rises whenever it is leased or taken over, and without which no state of a batch that is being
/// sent can change.
///
/// Claims, and ends of attempts, that callers ask for at the same time share a transaction; what
/// fails together is tried once more by each caller alone.
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
  /// Nothing for whoever must ask alone: all of them if they failed together, because it may be the
  /// fault of one.
  std::vector<std::optional<Claims::Answer>> TakeTogether(
      std::span<const ClaimParams* const> wishes);
  std::vector<std::optional<Result<Recorded>>> EndTogether(std::span<const AttemptEnd* const> ends);

  Result<Recorded> End(const AttemptEnd& end);

  const std::string holder_;
  const std::vector<Account> accounts_;
  const Claims claims_;
  Pool& pool_;
  Gathered<ClaimParams, std::optional<Claims::Answer>> take_;
  Gathered<AttemptEnd, std::optional<Result<Recorded>>> end_;
};

}  // namespace lethe::store
