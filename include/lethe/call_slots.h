#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lethe/delivery_queue.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/vendor.h"

namespace lethe {

/// One of the route's concurrent calls, ours for a call that carries no batch.
struct SlotLease {
  Route route;
  int slot;                   ///< 1..kMaxConcurrency.
  std::int64_t epoch;         ///< Fences the slot, as in Claim.
  TimePoint leased_at = {};   ///< By the store's clock.
  std::string slots_of = {};  ///< As in Claim.
};

/// For what a slot is leased.
struct LeaseParams {
  const Route& route;
  milliseconds lease;  ///< Longer than the call may take.

  /// It is for a control call. Between two of a route 1 s, 2 s, 4 s .. 10 min must pass, by
  /// whichever process, until one is accepted; before that there is no lease.
  bool for_control = false;
};

/// What came of the call.
struct SlotEnd {
  milliseconds cool_down{0};  ///< How long the slot rests.

  /// Of a control call, its outcome. Accepted, it is evidence from now on as
  /// RouteHealth::accepted_at is, and ends a block of the route that the next batch would end, if
  /// it began after the block. Refused, it shows that CleverTap refuses what cannot be bad: a
  /// RouteEvidence::hiccup.
  std::optional<OutcomeClass> control = {};
};

struct SlotOffer {
  std::optional<SlotLease> lease = {};
  bool blocked = false;  ///< Why there is no lease: the account or the route is blocked. Otherwise
                         ///< all slots are taken or cooling, or a control call is not due.
  bool paused = false;   ///< Likewise: its calls are paused, whether or not it is blocked.
};

/// The slots that DeliveryQueue sends batches through, for other calls that count against the same
/// limit. A call through a slot begins within kCallsBeginWithin (pause.h), or not at all.
/// Thread-safe; nothing here throws. Each call is one transaction.
class CallSlots {
 public:
  virtual ~CallSlots() = default;

  /// Leases a free slot of the route, unless its account or the route is paused, or blocked, by
  /// whatever Resume. For a control call also where the next batch ends the blocks. A lease that
  /// runs out frees the slot: such a call changes nothing, so its outcome does not matter.
  virtual Result<SlotOffer> Lease(const LeaseParams& params) = 0;

  /// Frees the slot. Does nothing if the lease has run out and the slot was leased again.
  virtual Status Free(const SlotLease& lease, const SlotEnd& end) = 0;
};

}  // namespace lethe
