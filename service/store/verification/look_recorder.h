#pragma once

#include <optional>
#include <pqxx/pqxx>

#include "crypto/key_ring.h"
#include "lethe/verification_queue.h"

namespace lethe::store {

/// The end of one look. What it refers to outlives it.
struct LookEnd {
  const LookClaim& claim;
  const LookResult& result;                 ///< As CheckLookResult() wants it.
  std::optional<milliseconds> second_look;  ///< As Verification::second_look.
};

/// kInternal (BAD_PLAN) if the transitions of a read-back that is over, or of a look before a
/// repeat, do not cover the batch, or one leads to a state that such a batch cannot move to.
Status CheckLookResult(const LookClaim& claim, const LookResult& result);

/// Writes the result of a look: as VerificationQueue::Record(), inside a transaction that the
/// caller commits if it is kApplied. Throws what pqxx throws.
Recorded RecordLook(pqxx::work& work, const LookEnd& end, const crypto::KeyRing& keys);

}  // namespace lethe::store
