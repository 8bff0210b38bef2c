#pragma once

#include <pqxx/pqxx>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/request_store.h"

namespace lethe::store {

/// As RequestStore::RejectedItems(). Throws what pqxx throws, as the next.
Result<std::vector<NewItem>> ReadRejectedItems(pqxx::connection& connection,
                                               const crypto::KeyRing& keys,
                                               const RejectedItemsParams& params);

/// As RequestStore::ExtendDueTime().
Status ExtendDueTime(pqxx::connection& connection, const ExtendDueTimeParams& params);

}  // namespace lethe::store
