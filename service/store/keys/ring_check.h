#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/key_ring.h"
#include "lethe/result.h"

namespace lethe::store {

/// A key that Lethe has worked with on this database.
struct KnownKey {
  crypto::KeyKind kind;
  std::uint32_t number;
  std::optional<crypto::Bytes> fingerprint;  ///< Nothing: no ring with this number was seen.
  bool retired;                              ///< No row needs it.
};

/// What the database says about a ring, before its rows are asked.
struct RingCheck {
  /// Known keys that the ring lacks and that are not retired: refused where a row needs one.
  std::vector<KnownKey> missing;
};

/// kFailedPrecondition (KEYS_REFUSED), with what to do, where the ring
///   - has another key under the number of a known one;
///   - shares no MAC key with the known ones, so that neither would find what the other wrote;
///   - has a new key with a number below that of a known one of its kind.
Result<RingCheck> CheckRing(std::span<const KnownKey> known, std::span<const crypto::KeyId> ring);

/// The refusal of a ring that lacks keys which rows need.
Error LacksNeededKeys(std::span<const KnownKey> needed);

}  // namespace lethe::store
