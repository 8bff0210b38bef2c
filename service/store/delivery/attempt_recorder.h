#pragma once

#include <pqxx/pqxx>
#include <span>
#include <vector>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// The end of one attempt. Whom it refers to outlives it.
struct AttemptEnd {
  const Claim& claim;
  const Plan& plan;          ///< Covers the claim's span.
  const VendorReply* reply;  ///< Null if no answer is known; one that comes late may still be
                             ///< written to the attempt.
  bool called = true;        ///< Whether there was a call that the slot may learn from.
};

/// Frees the slots, makes the batches what their plans say, and keeps the answers, in one
/// statement: what it answers for each is as DeliveryQueue::Record(), kInternal if the batch is not
/// being sent though the slot says so. Does not block the accounts that a plan blocks. Throws what
/// pqxx throws.
std::vector<Result<Recorded>> EndAttempts(pqxx::transaction_base& work,
                                          std::span<const AttemptEnd* const> ends);

}  // namespace lethe::store
