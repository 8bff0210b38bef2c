#pragma once

#include <string_view>

namespace lethe::api {

// The rules of single texts that are no identifiers. Each returns what is wrong, as the description
// of a field violation, or nothing if the text is good. No answer ever contains the text.

/// Printable ASCII, 1..kMaxIdempotencyKeyBytes, something else than spaces.
std::string_view FaultOfIdempotencyKey(std::string_view text);

/// Well-formed UTF-8, 1..kMaxJustificationCharacters code points, no control characters, something
/// else than white space.
std::string_view FaultOfJustification(std::string_view text);

}  // namespace lethe::api
