#include "runtime/access_values.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "lethe/access.h"
#include "lethe/reasons.h"

namespace lethe::runtime {
namespace {

Error WrongAccessValue(std::string message) {
  return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadValue), std::move(message)};
}

constexpr bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// As many digits as the text has characters; nothing if it has others.
std::optional<unsigned> AllDigits(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

std::optional<std::chrono::sys_days> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = AllDigits(text.substr(0, 4));
  const auto month = AllDigits(text.substr(5, 2));
  const auto day = AllDigits(text.substr(8));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::seconds> ParseTimeInUtc(std::string_view text) {
  if (text.size() != 9 || text[2] != ':' || text[5] != ':' || text[8] != 'Z') return std::nullopt;
  const auto hour = AllDigits(text.substr(0, 2));
  const auto minute = AllDigits(text.substr(3, 2));
  const auto second = AllDigits(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

/// Whether it is something, without control characters.
bool IsPlain(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool IsDnsName(std::string_view name) {
  constexpr std::size_t kMaxName = 253;
  constexpr std::size_t kMaxLabel = 63;
  if (name.empty() || name.size() > kMaxName) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-' ||
        !std::ranges::all_of(label, [](char c) { return IsLowerOrDigit(c) || c == '-'; })) {
      return false;
    }
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool IsSpiffeId(std::string_view name) {
  constexpr std::string_view kScheme = "spiffe://";
  constexpr std::size_t kMaxId = 2048;  // as the standard has it
  if (!name.starts_with(kScheme) || name.size() > kMaxId) return false;
  name.remove_prefix(kScheme.size());
  const std::size_t slash = name.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == name.size()) return false;
  return std::ranges::all_of(name, [](char c) {
    return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') ||
           std::string_view("/._-").find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<TimePoint> ParseInstant(std::string_view text) {
  const auto day = ParseDay(text.substr(0, 10));
  if (day && text.size() == 10) return TimePoint(*day);
  if (day && text[10] == 'T') {
    if (const auto time = ParseTimeInUtc(text.substr(11))) return TimePoint(*day + *time);
  }
  return WrongAccessValue("must be a day, such as 2027-01-31, or a time, as 2027-01-31T18:00:00Z");
}

Result<std::string> ParsePrincipalName(std::string_view text) {
  if (text == kAnonymous) {
    return WrongAccessValue("is whom callers were before there was an access file");
  }
  const bool good =
      !text.empty() && text.size() <= 63 && IsLowerOrDigit(text.front()) &&
      std::ranges::all_of(text, [](char c) {
        return IsLowerOrDigit(c) || std::string_view("._@-").find(c) != std::string_view::npos;
      });
  if (good) return std::string(text);
  return WrongAccessValue(
      "must be 1 to 63 of a-z, 0-9 and '._@-', starting with a letter or a digit");
}

Result<std::string> ParseCertificateName(std::string_view text) {
  if (IsSpiffeId(text) || IsDnsName(text)) return std::string(text);
  return WrongAccessValue(
      "must be a name among a certificate's SANs: spiffe://DOMAIN/PATH, or a DNS name in lower "
      "case, without a wildcard");
}

Result<std::string> ParseClaimText(std::string_view text) {
  constexpr std::size_t kMost = 512;
  if (IsPlain(text) && text.size() <= kMost) return std::string(text);
  return WrongAccessValue(
      "must be what the token's claim says, letter by letter: 1 to 512 bytes, no control "
      "characters");
}

Result<std::string> ParseFileName(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  return WrongAccessValue("must be the name of a file");
}

Result<access::TokenDigest> ParseTokenDigest(std::string_view text) {
  if (const auto digest = access::TokenDigest::Parse(text)) return *digest;
  return WrongAccessValue(
      "must be the 64 hexadecimal digits of a token's SHA-256; `lethed new-token` prints them");
}

}  // namespace lethe::runtime
