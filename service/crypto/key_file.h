#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/key_ring.h"
#include "lethe/result.h"

namespace lethe::crypto {

/// Of a key. In the file it is Base64, with padding.
inline constexpr std::size_t kKeyBytes = 32;

/// A line of a key file with a fresh key.
std::string FreshKeyLine(KeyKind kind, std::uint32_t number);

// A rotation takes two steps, with a new file for all replicas after each. Both functions give the
// text of that file; comments and the other lines stay as they are. Errors: as KeyRing::Parse(),
// and
//   kFailedPrecondition (KEYS_REFUSED): it is the turn of the other step, or no number is left.

/// First step: adds the next key of each kind. The new MAC key counts at once, beside the older
/// ones. The new seal key only opens, so that every replica can open what any of them seals.
Result<std::string> AddNextKeys(std::string_view file);

/// Second step, once every replica has the new file: the newest seal key seals from now on.
Result<std::string> UseNewestKeys(std::string_view file);

}  // namespace lethe::crypto
