#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <vector>

#include "lethe/delivery_queue.h"

namespace lethe::store {

/// The end of one attempt. What it refers to outlives it.
struct AttemptEnd {
  const Claim& claim;
  const Plan& plan;          ///< May be carried out for the claim's batch: PlanDefect().
  const VendorReply* reply;  ///< Null if no answer is known; one that comes late may still be
                             ///< written to the attempt.
  bool called = true;        ///< Whether there was a call that the slot may learn from.
};

/// Why the plan cannot be carried out for the claim's batch (kInternal, BAD_PLAN); nothing if it
/// can: it covers the batch, and CanMove() allows each of its states after kSending.
std::optional<Error> PlanDefect(const Claim& claim, const Plan& plan);

/// Frees the slots, moves the batches on as their plans say, and keeps the answers, in one
/// statement. Answers for each end as DeliveryQueue::Record() does; kInternal if the batch is not
/// being sent though the slot says so. Does not block what a plan blocks. Throws what
/// pqxx throws.
std::vector<Result<Recorded>> EndAttempts(pqxx::transaction_base& work,
                                          std::span<const AttemptEnd* const> ends);

}  // namespace lethe::store
