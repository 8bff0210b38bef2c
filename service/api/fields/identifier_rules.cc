#include "api/fields/identifier_rules.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "lethe/limits.h"

namespace lethe::api {
namespace {

enum Rule {
  kEmpty,
  kTooLong,
  kGuidTooLong,
  kNotUtf8,
  kWhiteSpaceAtStart,
  kWhiteSpaceAtEnd,
  kControlCharacter,
  kLineSeparator,
  kInvisibleCharacter,
  kDamagedCharacter,
  kNoncharacter,
  kNotPrintableAscii,
  kNotE164,
};

static_assert(kMaxIdentityCharacters == 1024 && kMaxGuidBytes == 256 && kMinPhoneDigits == 7 &&
                  kMaxPhoneDigits == 15,
              "the demands below name these limits");

constexpr KindSet kIdentities{IdentifierKind::kIdentity};
constexpr KindSet kGuids{IdentifierKind::kGuid};
constexpr KindSet kPhones{IdentifierKind::kPhone};
constexpr KindSet kEvery{IdentifierKind::kIdentity, IdentifierKind::kGuid, IdentifierKind::kPhone};

// In the order of Rule.
constexpr std::array kRules{
    IdentifierRule{"EMPTY", kEvery, "must not be empty", "it names nobody"},
    IdentifierRule{"TOO_LONG", kIdentities, "must have at most 1024 characters",
                   "CleverTap takes no more"},
    IdentifierRule{"TOO_LONG", kGuids, "must have at most 256 characters",
                   "no CleverTap ID that was seen has 50"},
    IdentifierRule{"NOT_UTF8", kEvery, "must be UTF-8",
                   "no call to CleverTap can carry anything else"},
    IdentifierRule{
        "WHITE_SPACE_AT_START", kEvery, "must not begin with white space",
        "a trace of a file or a form, not a part of a user id; to CleverTap it is another "
        "identifier"},
    IdentifierRule{"WHITE_SPACE_AT_END", kEvery, "must not end with white space",
                   "as at the start"},
    IdentifierRule{"CONTROL_CHARACTER", kEvery, "must not have control characters",
                   "what a line or a field was cut out of badly leaves behind"},
    IdentifierRule{"LINE_SEPARATOR", kEvery, "must not have line or paragraph separators",
                   "as control characters"},
    IdentifierRule{
        "INVISIBLE_CHARACTER", kEvery,
        "must not have characters that show nothing (zero-width spaces, direction marks, "
        "byte-order marks); joiners only between letters, marks or symbols that they join",
        "text that was copied from a page or a document brings them along, and no eye "
        "finds them"},
    IdentifierRule{"DAMAGED_CHARACTER", kEvery, "must not have the replacement character (U+FFFD)",
                   "a conversion put it where it could not read the original"},
    IdentifierRule{"NONCHARACTER", kEvery, "must not have noncharacters of Unicode",
                   "they are for no text, ever"},
    IdentifierRule{"NOT_PRINTABLE_ASCII", kGuids, "must be printable ASCII",
                   "every CleverTap ID that was seen is"},
    IdentifierRule{"NOT_E164", kPhones,
                   "must be E.164: '+' and 7 to 15 digits, the first not 0, nothing else",
                   "CleverTap asks for it"},
};
static_assert(kRules.size() == kNotE164 + 1);

IdentifierFault Fault(Rule rule, std::size_t character = 0) {
  return {kRules[rule], static_cast<int>(character)};
}

/// The code points; nothing if the text is not UTF-8 (surrogates and overlong forms are not).
std::optional<std::vector<UChar32>> Decode(std::string_view text) {
  std::vector<UChar32> characters;
  characters.reserve(text.size());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t offset = 0; offset < size;) {
    UChar32 character;
    U8_NEXT(text.data(), offset, size, character);
    if (character < 0) return std::nullopt;
    characters.push_back(character);
  }
  return characters;
}

bool IsJoiner(UChar32 c) { return c == 0x200C || c == 0x200D; }

/// A letter, mark, digit or symbol: what a joiner may stand between.
bool IsJoinable(UChar32 c) {
  return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK | U_GC_S_MASK)) != 0;
}

/// Whether the joiner does what it is for: Persian and Indic spelling, and emoji of several parts.
/// After a virama it may stand last (RFC 5892, A.1 and A.2). Between two characters of ASCII it
/// joins nothing.
bool Joins(const std::vector<UChar32>& text, std::size_t at) {
  constexpr int kVirama = 9;  // canonical combining class
  if (at == 0) return false;
  const UChar32 before = text[at - 1];
  if (u_getCombiningClass(before) == kVirama) return true;
  if (at + 1 == text.size()) return false;
  const UChar32 after = text[at + 1];
  return IsJoinable(before) && IsJoinable(after) && (before > 0x7F || after > 0x7F);
}

/// Fillers and the like, which are of other categories and show nothing. Not what chooses between
/// forms of the character before it.
bool IsBlank(UChar32 c) {
  constexpr UChar32 kEmptyBraille = 0x2800;
  constexpr UChar32 kObjectReplacement = 0xFFFC;
  return c == kEmptyBraille || c == kObjectReplacement ||
         (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) &&
          u_charType(c) != U_FORMAT_CHAR && !u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR));
}

/// IsBlank(), or of category Cf, but for the signs that Arabic and others write before a number:
/// they show.
bool IsInvisible(const std::vector<UChar32>& text, std::size_t at) {
  if (IsBlank(text[at])) return true;
  if (u_charType(text[at]) != U_FORMAT_CHAR) return false;
  if (IsJoiner(text[at])) return !Joins(text, at);
  return !u_hasBinaryProperty(text[at], UCHAR_PREPENDED_CONCATENATION_MARK);
}

std::optional<IdentifierFault> FaultOfCharacter(const std::vector<UChar32>& text, std::size_t at) {
  const UChar32 c = text[at];
  const std::size_t place = at + 1;
  const auto type = u_charType(c);
  if (type == U_CONTROL_CHAR) return Fault(kControlCharacter, place);
  if (type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR) {
    return Fault(kLineSeparator, place);
  }
  if (at == 0 && u_isUWhiteSpace(c)) return Fault(kWhiteSpaceAtStart, place);
  if (IsInvisible(text, at)) return Fault(kInvisibleCharacter, place);
  if (c == 0xFFFD) return Fault(kDamagedCharacter, place);
  if (U_IS_UNICODE_NONCHAR(c)) return Fault(kNoncharacter, place);
  if (place == text.size() && u_isUWhiteSpace(c)) return Fault(kWhiteSpaceAtEnd, place);
  return std::nullopt;
}

/// The rules of all kinds.
std::optional<IdentifierFault> FaultOfText(const std::vector<UChar32>& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (auto fault = FaultOfCharacter(text, at)) return fault;
  }
  return std::nullopt;
}

bool IsE164(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('+') ? 1 : 0);
  return text.starts_with('+') && digits.size() >= kMinPhoneDigits &&
         digits.size() <= kMaxPhoneDigits && digits.front() != '0' &&
         std::ranges::all_of(digits, [](char c) { return '0' <= c && c <= '9'; });
}

std::optional<IdentifierFault> FaultOfKind(IdentifierKind kind, std::string_view text,
                                           const std::vector<UChar32>& characters) {
  switch (kind) {
    case IdentifierKind::kIdentity:
      if (characters.size() > kMaxIdentityCharacters) return Fault(kTooLong);
      break;
    case IdentifierKind::kGuid: {
      const auto other = std::ranges::find_if(characters, [](UChar32 c) { return c > 0x7E; });
      if (other != characters.end()) {
        return Fault(kNotPrintableAscii, static_cast<std::size_t>(other - characters.begin()) + 1);
      }
      if (characters.size() > kMaxGuidBytes) return Fault(kGuidTooLong);
      break;
    }
    case IdentifierKind::kPhone:
      if (!IsE164(text)) return Fault(kNotE164);
      break;
  }
  return std::nullopt;
}

}  // namespace

std::span<const IdentifierRule> IdentifierRules() { return kRules; }

std::optional<IdentifierFault> FaultOfIdentifier(IdentifierKind kind, std::string_view text) {
  if (text.empty()) return Fault(kEmpty);
  // No character has more than four bytes: what is too long for every kind is not read.
  if (text.size() > 4 * kMaxIdentityCharacters) {
    switch (kind) {
      case IdentifierKind::kIdentity: return Fault(kTooLong);
      case IdentifierKind::kGuid: return Fault(kGuidTooLong);
      case IdentifierKind::kPhone: return Fault(kNotE164);
    }
  }
  const auto characters = Decode(text);
  if (!characters) return Fault(kNotUtf8);
  if (auto fault = FaultOfText(*characters)) return fault;
  return FaultOfKind(kind, text, *characters);
}

FieldViolation ToViolation(std::string field, const IdentifierFault& fault) {
  std::string description(fault.rule.demand);
  if (fault.character > 0) {
    description += " (character " + std::to_string(fault.character) + ')';
  }
  return {.field = std::move(field),
          .description = std::move(description),
          .reason = std::string(fault.rule.name)};
}

}  // namespace lethe::api
