#pragma once

#include <cstddef>
#include <string_view>

#include "lethe/operation.h"

namespace lethe::api {

// The rules of single texts. Each returns what is wrong, as the description of a field violation,
// or nothing if the text is good. No answer ever contains the text.

/// Well-formed UTF-8 (no surrogates, no overlong forms), 1..kMaxIdentityCharacters code points, no
/// control characters, something else than white space.
std::string_view FaultOfIdentity(std::string_view text);

/// Printable ASCII, 1..kMaxGuidBytes, something else than spaces.
std::string_view FaultOfGuid(std::string_view text);

/// E.164: `+`, then kMinPhoneDigits..kMaxPhoneDigits digits, the first not 0.
std::string_view FaultOfPhone(std::string_view text);

/// Whichever of the three the kind asks for.
std::string_view FaultOfIdentifier(IdentifierKind kind, std::string_view text);

/// Printable ASCII, 1..kMaxIdempotencyKeyBytes, something else than spaces.
std::string_view FaultOfIdempotencyKey(std::string_view text);

/// As an identity, but of up to kMaxJustificationCharacters.
std::string_view FaultOfJustification(std::string_view text);

}  // namespace lethe::api
