#pragma once

#include <cstddef>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/delivery_queue.h"

namespace lethe::store {

/// A claim whose batch was taken and whose slot was chosen, and that is not complete yet.
struct PendingClaim {
  std::size_t caller;  ///< The place of the caller that gets it.
  Claim claim;
  milliseconds lease;
  std::string digests = {};              ///< Of its items, one after the other.
  std::optional<Error> unreadable = {};  ///< Why its batch cannot be sent.
};

/// Reads the items of the batches and opens them. To be called after the batches were taken: a
/// statement that takes and reads at once would see a batch's newest row and an older set of items.
/// Throws what pqxx throws.
void ReadItems(pqxx::work& work, const crypto::KeyRing& keys, std::vector<PendingClaim>& pending);

/// Puts the batch of an unreadable claim aside, so that it does not hold up those behind it. Throws
/// what pqxx throws.
void SetAside(pqxx::work& work, const PendingClaim& unreadable);

}  // namespace lethe::store
