#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::runtime {

// One rule a kind of value: what the text must look like. Errors say what would be right and never
// repeat the text, which may be a secret in the wrong place.

/// A whole number within the bounds, both included.
Result<int> ParseInteger(std::string_view text, int min, int max);

/// A whole number and its unit: `250ms`, `2s`, `10m`, `48h`. Within the bounds, both included.
Result<milliseconds> ParseDuration(std::string_view text, milliseconds min, milliseconds max);

/// A time of day, `00:00` to `23:59`, in minutes since midnight.
Result<std::chrono::minutes> ParseTimeOfDay(std::string_view text);

/// How far an account is verified: `off`, `sample` (with a share of its own) or `all`.
enum class VerifyMode { kOff, kSample, kAll };

constexpr std::string_view Name(VerifyMode mode) {
  switch (mode) {
    case VerifyMode::kOff: return "off";
    case VerifyMode::kSample: return "sample";
    case VerifyMode::kAll: return "all";
  }
  return "";
}

/// `true` or `false`.
Result<bool> ParseTruth(std::string_view text);

/// A share of a whole: a decimal number within the bounds, both included.
Result<double> ParseShare(std::string_view text, double min, double max);

/// The duration in the largest unit that leaves it whole.
std::string FormatDuration(milliseconds duration);

/// HOST:PORT; the host is a name, an IPv4 address or an IPv6 address in brackets.
Result<std::string> ParseListen(std::string_view text);

/// Whether only this machine can reach the address, which is in ParseListen's form.
bool IsOfThisMachine(std::string_view listen);

/// An account's name: `[a-z][a-z0-9-]{0,62}`.
Result<std::string> ParseSlug(std::string_view text);

/// CleverTap's host for a region of its documentation.
Result<std::string> ParseRegion(std::string_view text);

/// A URL of scheme and host, possibly a port, in one normal form: lower case, no trailing slash, no
/// default port. `https`, unless the host is this machine.
Result<std::string> ParseBaseUrl(std::string_view text);

/// Visible ASCII, so that it can travel in a header.
Result<std::string> ParseAccountId(std::string_view text);

/// A path for disassociation. Refuses those of the other operations: a wrong one deletes people.
Result<std::string> ParseDisassociatePath(std::string_view text);

/// A path to ask whether the credentials are right. Refuses those of the operations: it is asked
/// often.
Result<std::string> ParseProbePath(std::string_view text);

/// What libpq takes as a connection string.
Result<std::string> ParseDatabaseUrl(const std::string& text);

/// The name of a role of PostgreSQL as it was made, without quotation marks.
Result<std::string> ParseDatabaseRole(const std::string& text);

/// Whether the host of the URL, in ParseBaseUrl's form, is CleverTap's own.
bool IsCleverTap(std::string_view base_url);

}  // namespace lethe::runtime
