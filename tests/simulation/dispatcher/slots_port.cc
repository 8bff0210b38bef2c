#include "simulation/dispatcher/ports.h"

namespace lethe::simulation {

Result<SlotOffer> SlotsPort::Lease(const LeaseParams& params) {
  return Through([&] { return stage_.queue->Lease(params); });
}

Status SlotsPort::Free(const SlotLease& lease, const SlotEnd& end) {
  return Through([&] { return stage_.queue->Free(lease, end); });
}

}  // namespace lethe::simulation
