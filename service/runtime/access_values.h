#pragma once

#include <string>
#include <string_view>

#include "access/token.h"
#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::runtime {

// The rules of values in the access file, as those of config_values.h.

/// An instant in UTC, as `2027-01-31T18:00:00Z`, or the beginning of a day, as `2027-01-31`.
Result<TimePoint> ParseInstant(std::string_view text);

/// A principal's name: 1 to 63 of a-z, 0-9 and `._@-`, starting with a letter or a digit; not
/// `anonymous`, under which requests of the time before the access file are kept.
Result<std::string> ParsePrincipalName(std::string_view text);

/// A name that a certificate has among its SANs, in its one form: a SPIFFE URI, or a DNS name in
/// lower case, without a wildcard.
Result<std::string> ParseCertificateName(std::string_view text);

/// A text that a claim of a JWT must have, letter by letter: 1 to 512 bytes, no control characters.
Result<std::string> ParseClaimText(std::string_view text);

/// The name of a file: not empty, no control characters.
Result<std::string> ParseFileName(std::string_view text);

/// The SHA-256 of a token in hexadecimal digits.
Result<access::TokenDigest> ParseTokenDigest(std::string_view text);

}  // namespace lethe::runtime
