#include "api/fields/text_rules.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

constexpr bool IsPrintableAscii(char c) { return c >= ' ' && c <= '~'; }

bool IsPrintableAsciiOf(std::string_view text, std::size_t max_bytes) {
  return text.size() <= max_bytes && std::ranges::all_of(text, IsPrintableAscii) &&
         text.find_first_not_of(' ') != std::string_view::npos;
}

static_assert(kMaxIdempotencyKeyBytes == 128 && kMaxJustificationCharacters == 1000,
              "the descriptions below name these limits");

}  // namespace

std::string_view FaultOfIdempotencyKey(std::string_view text) {
  if (IsPrintableAsciiOf(text, kMaxIdempotencyKeyBytes)) return {};
  return "must be 1 to 128 printable ASCII characters, not only spaces";
}

std::string_view FaultOfJustification(std::string_view text) {
  constexpr std::string_view kTooLong = "must have at most 1000 characters";
  if (text.empty()) return "must not be empty";
  if (text.size() > 4 * kMaxJustificationCharacters) return kTooLong;
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
  if (characters > kMaxJustificationCharacters) return kTooLong;
  if (blank) return "must not be only white space";
  return {};
}

}  // namespace lethe::api
