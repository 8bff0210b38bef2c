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

/// For what a slot is leased.
struct LeaseParams {
  const Route& route;
  milliseconds lease;  ///< Longer than the call may take.

  /// The call is to find out about a blocked route (a control call): it may have a slot although
  /// the route's next batch would be the probe (Resume::kBatch).
  bool though_route_blocked = false;
};

struct SlotOffer {
  std::optional<SlotLease> lease = {};
  bool blocked = false;  ///< Why there is no lease: the account or the route is blocked. Otherwise
                         ///< all slots are taken or cooling.
};

/// The slots that DeliveryQueue sends batches through, for other calls that count against the same
/// limit. Thread-safe; nothing here throws. Each call is one transaction.
class CallSlots {
 public:
  virtual ~CallSlots() = default;

  /// Leases a free slot of the route, unless its account is blocked, by whatever Resume, or the
  /// route is; see LeaseParams::though_route_blocked. A lease that runs out frees the slot: such a
  /// call changes nothing, so its outcome does not matter.
  virtual Result<SlotOffer> Lease(const LeaseParams& params) = 0;

  /// Frees the slot, which rests for `cool_down`. Does nothing if the lease has run out and the
  /// slot was leased again.
  virtual Status Free(const SlotLease& lease, milliseconds cool_down) = 0;
};

}  // namespace lethe
