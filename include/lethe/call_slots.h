#pragma once

#include <cstdint>
#include <optional>

#include "lethe/delivery_queue.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe {

/// One of the route's concurrent calls, ours for a call that carries no batch.
struct SlotLease {
  Route route;
  int slot;            ///< 1..kMaxConcurrency.
  std::int64_t epoch;  ///< Fences the slot, as in Claim.
};

struct SlotOffer {
  std::optional<SlotLease> lease = {};
  bool account_blocked =
      false;  ///< Why there is no lease; otherwise all slots are taken or cooling.
};

/// The slots that DeliveryQueue sends batches through, for other calls that count against the same
/// limit. Thread-safe; nothing here throws. Each call is one transaction.
class CallSlots {
 public:
  virtual ~CallSlots() = default;

  /// Leases a free slot of the route, unless its account is blocked, by whatever Resume. A lease
  /// that runs out frees the slot: such a call changes nothing, so its outcome does not matter.
  virtual Result<SlotOffer> Lease(const Route& route, milliseconds lease) = 0;

  /// Frees the slot, which rests for `cool_down`. Does nothing if the lease has run out and the
  /// slot was leased again.
  virtual Status Free(const SlotLease& lease, milliseconds cool_down) = 0;
};

}  // namespace lethe
