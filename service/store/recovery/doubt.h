#pragma once

#include <pqxx/pqxx>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// Looks whether calls that were lost were about the items of a batch that was just taken, and cuts
/// it where they differ in that. The first run stays taken: `claim` becomes the claim of it, with
/// the lost call as the earliest of unknown effect. The other runs are the first in line for the
/// next free slot. Throws what pqxx throws.
void MarkDoubtful(pqxx::work& work, Claim& claim);

/// Deletes some of the losses that are older than kLossesMatterFor. Whether there may be more of
/// them. Throws what pqxx throws.
bool ForgetLosses(pqxx::connection& connection);

}  // namespace lethe::store
