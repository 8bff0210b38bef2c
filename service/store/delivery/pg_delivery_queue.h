#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/live_keys.h"
#include "lethe/account.h"
#include "lethe/delivery_queue.h"
#include "store/base/call_coalescer.h"
#include "store/base/values.h"
#include "store/delivery/attempt_recorder.h"
#include "store/delivery/batch_claimer.h"
#include "store/recovery/history_check.h"
#include "store/session/pool.h"

namespace lethe::store {

/// The queue in PostgreSQL. The fence is the slot: a row that points to its batch, whose epoch
/// rises whenever it is leased or taken over, and without which no state of a batch that is being
/// sent can change.
///
/// Callers that claim at the same time share a transaction, and so do callers that end attempts.
/// When a shared transaction fails, each of its callers tries once more in a transaction of its
/// own.
class PgDeliveryQueue final : public DeliveryQueue {
 public:
  /// `holder` names the process in slots and attempts. With `history`, what is claimed is
  /// remembered before it is answered. `pool` and `history` outlive the queue.
  PgDeliveryQueue(std::string holder, const std::vector<Account>& accounts, crypto::LiveKeys keys,
                  Pool& pool, const HistoryCheck* history = nullptr);

  /// BindProjects() for its accounts. To be called once before anything else; if it fails, nothing
  /// else may be called.
  Status RegisterAccounts();

  Result<std::vector<Route>> Sendable(std::span<const Route> routes, milliseconds linger) override;
  Result<std::optional<Claim>> TakeBatch(const ClaimParams& params) override;
  Result<RouteHealth> HealthSince(const Claim& claim) override;
  Result<Recorded> Record(const Claim& claim, const VendorReply& reply, const Plan& plan) override;
  Result<Recorded> Release(const Claim& claim) override;
  Result<std::optional<Claim>> TakeAbandoned(milliseconds lease) override;
  Result<Recorded> RecordAbandoned(const Claim& claim, const Plan& plan) override;
  Result<std::vector<RefusalCase>> RefusalCases(const std::optional<Route>& route) override;
  Result<Recorded> Settle(const RefusalCase& refusals, const RefusalRuling& ruling) override;
  Result<int> CloseWindows(TimePoint now, int limit) override;
  Result<int> ReleaseHeld(int limit) override;

 private:
  // The two ways of a shared transaction: answers for its callers, nothing for a caller that must
  // be served alone. That is all of them if it failed, because one of them may be to blame.
  std::vector<std::optional<BatchClaimer::Answer>> ClaimInSharedTransaction(
      std::span<const ClaimParams* const> callers);
  std::vector<std::optional<Result<Recorded>>> EndInSharedTransaction(
      std::span<const AttemptEnd* const> ends);

  BatchClaimer::Answer ClaimInOwnTransaction(const ClaimParams& caller);

  /// Claims in a transaction, and remembers what was claimed once it is certainly there.
  Result<BatchClaimer::Answers> ClaimAndRemember(
      const std::function<BatchClaimer::Answers(pqxx::work&)>& claim);

  /// An error: the database has lost what was claimed, or cannot be asked.
  Status Remember(const std::vector<RememberedCall>& calls, std::uint64_t checks);
  Result<Recorded> EndInOwnTransaction(const AttemptEnd& end);

  /// What Record(), Release() and RecordAbandoned() do.
  Result<Recorded> EndAttempt(const AttemptEnd& end);

  /// The accounts that look people up.
  ArrayLiteral Verified() const;

  const std::string holder_;
  const std::vector<Account> accounts_;
  const BatchClaimer claimer_;
  Pool& pool_;
  const HistoryCheck* const history_;
  CallCoalescer<ClaimParams, std::optional<BatchClaimer::Answer>> claims_;
  CallCoalescer<AttemptEnd, std::optional<Result<Recorded>>> ends_;
};

}  // namespace lethe::store
