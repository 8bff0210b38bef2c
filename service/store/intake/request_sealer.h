#pragma once

#include "crypto/key_ring.h"
#include "lethe/request.h"
#include "store/intake/sealed_request.h"

namespace lethe::store {

/// Seals each identifier and makes the MACs by which equal identifiers, keys and payloads are
/// found. Depends on the request and the keys alone, but for the nonces of the sealed bytes.
SealedRequest SealRequest(const NewRequest& request, const crypto::KeyRing& keys);

}  // namespace lethe::store
