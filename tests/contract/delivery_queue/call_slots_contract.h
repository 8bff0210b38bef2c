#pragma once

#include <optional>

#include "contract/delivery_queue/delivery_queue_contract.h"

namespace lethe::contract {

/// What every implementation of CallSlots promises about the slots that a queue sends through.
/// Instantiate it like DeliveryQueueContract.
class CallSlotsContract : public DeliveryQueueContract {
 protected:
  SlotOffer Ask(const Route& route = kErase) {
    const auto offer = at().slots().Lease({.route = route, .lease = kLease});
    EXPECT_TRUE(offer.ok());
    return offer.ok() ? *offer : SlotOffer{};
  }
  std::optional<SlotLease> Lease(const Route& route = kErase) { return Ask(route).lease; }

  void Free(const std::optional<SlotLease>& lease, milliseconds cool_down = 0ms) {
    ASSERT_TRUE(lease);
    EXPECT_TRUE(at().slots().Free(*lease, {.cool_down = cool_down}).ok());
  }
};

}  // namespace lethe::contract
