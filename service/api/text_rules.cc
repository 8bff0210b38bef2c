#include "api/text_rules.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

constexpr bool IsPrintableAscii(char c) { return c >= ' ' && c <= '~'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsPrintableAsciiOf(std::string_view text, std::size_t max_bytes) {
  return text.size() <= max_bytes && std::ranges::all_of(text, IsPrintableAscii) &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

static_assert(kMaxIdentityCharacters == 1024 && kMaxGuidBytes == 256 &&
                  kMaxIdempotencyKeyBytes == 128 && kMaxJustificationCharacters == 1000 &&
                  kMinPhoneDigits == 7 && kMaxPhoneDigits == 15,
              "the descriptions below name these limits");

std::string_view FaultOfText(std::string_view text, std::size_t max_characters,
                             std::string_view too_long) {
  if (text.empty()) return "must not be empty";
  if (text.size() > 4 * max_characters) return too_long;
  std::size_t characters = 0;
  bool blank = true;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t offset = 0; offset < size; ++characters) {
    UChar32 character;
    U8_NEXT(text.data(), offset, size, character);
    if (character < 0) return "must be UTF-8";
    if (u_charType(character) == U_CONTROL_CHAR) return "must not contain control characters";
    blank = blank && u_isUWhiteSpace(character);
  }
  if (characters > max_characters) return too_long;
  if (blank) return "must not be only white space";
  return {};
}

}  // namespace

std::string_view FaultOfIdentity(std::string_view text) {
  return FaultOfText(text, kMaxIdentityCharacters, "must have at most 1024 characters");
}

std::string_view FaultOfGuid(std::string_view text) {
  if (IsPrintableAsciiOf(text, kMaxGuidBytes)) return {};
  return "must be 1 to 256 printable ASCII characters, not only spaces";
}

std::string_view FaultOfPhone(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('+') ? 1 : 0);
  if (text.starts_with('+') && digits.size() >= kMinPhoneDigits &&
      digits.size() <= kMaxPhoneDigits && digits.front() != '0' &&
      std::ranges::all_of(digits, IsDigit)) {
    return {};
  }
  return "must be E.164: '+' and 7 to 15 digits, the first not 0, nothing else";
}

std::string_view FaultOfIdentifier(IdentifierKind kind, std::string_view text) {
  switch (kind) {
    case IdentifierKind::kIdentity: return FaultOfIdentity(text);
    case IdentifierKind::kGuid: return FaultOfGuid(text);
    case IdentifierKind::kPhone: return FaultOfPhone(text);
  }
  return "is of an unknown kind";
}

std::string_view FaultOfIdempotencyKey(std::string_view text) {
  if (IsPrintableAsciiOf(text, kMaxIdempotencyKeyBytes)) return {};
  return "must be 1 to 128 printable ASCII characters, not only spaces";
}

std::string_view FaultOfJustification(std::string_view text) {
  return FaultOfText(text, kMaxJustificationCharacters, "must have at most 1000 characters");
}

}  // namespace lethe::api
