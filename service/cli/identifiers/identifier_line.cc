#include "cli/identifiers/identifier_line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

namespace lethe::cli {
namespace {

constexpr std::string_view kSeveralColumns =
    "has several columns: hand over a file of the identifiers alone, one on a line (`cut -d, -f2 "
    "FILE` takes the second column). An identifier with a comma or semicolon in it goes in "
    "quotation marks";
constexpr std::string_view kMisquoted =
    "has quotation marks that are not those of one CSV field: write the identifier without them, "
    "or the whole line as \"..\", with \"\" for each mark inside";
constexpr std::string_view kSeveralIdentifiers =
    "has several identifiers: one on a line. If it is one identifier, give it on the command line";
constexpr std::string_view kTab =
    "begins or ends with a tab: remove it. With a tab in it the line has several columns";
constexpr std::string_view kNoValue =
    "stands for no value or is the frame of a table, as spreadsheets and SQL clients write it: "
    "find out who is meant, or leave the line out. If it is an identifier, give it on the command "
    "line";
constexpr std::string_view kRewritten =
    "is a number as spreadsheets and programs rewrite it, and no longer the one that it was: "
    "export "
    "the column as text. If it is an identifier, give it on the command line";

constexpr std::string_view kWrapped =
    "is a comment, a point of a list, a link, a name with an address, or JSON, and no identifier "
    "as CleverTap knows it: write the identifier alone, or leave the line out. If it is an "
    "identifier, give it on the command line";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return lower;
}

bool Encloses(std::string_view line, std::string_view open, std::string_view close) {
  return line.size() > open.size() + close.size() && line.starts_with(open) &&
         line.ends_with(close);
}

struct Quoted {
  std::string value;
  std::string_view rest;  ///< Behind the closing mark.
};

/// The quoted field at the start of the line, by RFC 4180. Nothing if it does not end.
std::optional<Quoted> ReadQuoted(std::string_view line) {
  Quoted field;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] != '"') {
      field.value += line[at];
    } else if (line.substr(at).starts_with("\"\"")) {
      field.value += line[at++];
    } else {
      field.rest = line.substr(at + 1);
      return field;
    }
  }
  return std::nullopt;
}

/// Two addresses, or two phones of the whole world: with less between two words one identifier may
/// consist of them.
bool HasSeveralIdentifiers(const std::string& text) {
  static const std::regex kAddresses("[^@]@[^@]*[^@ /&]( |/|&|\u00a0)+[^@ /&]+@[^@]");
  static const std::regex kPhones("\\+[0-9][0-9 ]+[ /&]+\\+[0-9][0-9 ]+");
  constexpr std::size_t kLongest = 1024;  // of what std::regex reads without a deep stack
  return text.size() <= kLongest &&
         (std::regex_search(text, kAddresses) || std::regex_match(text, kPhones));
}

/// Not every `|`: identities like `auth0|5f7c` are common.
bool HasColumns(std::string_view line) {
  return line.find_first_of(",;\t") != line.npos || line.starts_with('|') ||
         line.find(" | ") != line.npos;
}

bool HasTabAround(std::string_view line) {
  return (line.starts_with('\t') || line.ends_with('\t')) && !HasColumns(Trimmed(line));
}

bool IsMisquoted(std::string_view line) {
  // A spreadsheet marks a field as text by an apostrophe in front.
  return line.starts_with("=\"") || line.starts_with('\'') || Encloses(line, "“", "”");
}

bool IsRewrittenNumber(const std::string& text) {
  // With a sign or a decimal point, so that it is no hexadecimal number: 12e5.
  static const std::regex kPowerOfTen(
      "[+-]?[0-9]+([.,][0-9]+)?[eE][+-][0-9]+|"
      "[+-]?[0-9]+[.,][0-9]+[eE][0-9]+");
  static const std::regex kDecimal("[0-9]+\\.0+");
  constexpr std::size_t kLongest = 40;
  return text.size() <= kLongest &&
         (std::regex_match(text, kPowerOfTen) || std::regex_match(text, kDecimal));
}

bool StandsForNoValue(std::string_view text) {
  constexpr std::array<std::string_view, 23> kPlaceholders{"null",
                                                           "(null)",
                                                           "[null]",
                                                           "<null>",
                                                           "nil",
                                                           "none",
                                                           "nan",
                                                           "nat",
                                                           "na",
                                                           "<na>",
                                                           "n/a",
                                                           "#n/a",
                                                           "\\n",
                                                           "#ref!",
                                                           "true",
                                                           "false",
                                                           "#name?",
                                                           "#value!",
                                                           "#null!",
                                                           "#num!",
                                                           "#div/0!",
                                                           "undefined",
                                                           "[object object]"};
  const std::string lower = Lower(text);
  if (std::ranges::find(kPlaceholders, lower) != kPlaceholders.end()) return true;
  static const std::regex kRowCount("\\(?[0-9]+ rows?( (in set|affected)[^@]*)?\\)?");
  static const std::regex kLastLine(
      "(total|count)( rows| records| users)?([ :]+[0-9]+)?|<?eof>?|end of (file|report|list)");
  constexpr std::size_t kLongestRowCount = 60;
  if (lower.size() <= kLongestRowCount &&
      (std::regex_match(lower, kRowCount) || std::regex_match(lower, kLastLine))) {
    return true;
  }
  const auto means_something = [](unsigned char c) {
    return c >= 0x80 || ('0' <= c && c <= '9') || ('a' <= c && c <= 'z');
  };
  return std::ranges::none_of(lower, means_something);
}

/// A number behind `#` is an id in some systems.
bool IsComment(std::string_view text) {
  return text.starts_with("//") || text.starts_with("--") ||
         (text.starts_with('#') && text.find_first_not_of("0123456789", 1) != text.npos);
}

/// As documents and chats write lists: "- x", "2. x".
bool IsPointOfAList(std::string_view text) {
  constexpr std::array<std::string_view, 5> kBullets{"- ", "* ", "• ", "· ", "– "};
  if (std::ranges::any_of(kBullets, [&](auto bullet) { return text.starts_with(bullet); })) {
    return true;
  }
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == text.npos) return false;
  const std::string_view rest = text.substr(digits);
  return rest.starts_with(". ") || rest.starts_with(") ");
}

bool IsWrapped(std::string_view text) {
  const std::string lower = Lower(text);
  const bool is_link = lower.starts_with("mailto:") || lower.starts_with("tel:") ||
                       lower.starts_with("sms:") || lower.find("://") != lower.npos;
  const bool is_named_address = text.ends_with('>') && text.find('<') != text.npos;
  const bool is_json = text.starts_with('{') || text.starts_with('[');
  return IsComment(text) || IsPointOfAList(text) || is_link || is_named_address || is_json;
}

std::string_view FaultOf(std::string_view identifier) {
  const std::string_view text = Trimmed(identifier);
  if (IsRewrittenNumber(std::string(text))) return kRewritten;
  if (StandsForNoValue(text)) return kNoValue;
  if (IsWrapped(text)) return kWrapped;
  if (HasSeveralIdentifiers(std::string(text))) return kSeveralIdentifiers;
  return {};
}

}  // namespace

IdentifierLine ReadLine(std::string_view line) {
  if (line.starts_with('"')) {
    const std::optional<Quoted> quoted = ReadQuoted(line);
    if (!quoted) return {.wrong = kMisquoted};
    if (quoted->rest.empty()) return {quoted->value, FaultOf(quoted->value)};
    return {.wrong = HasColumns(quoted->rest) ? kSeveralColumns : kMisquoted};
  }
  if (IsRewrittenNumber(std::string(Trimmed(line)))) return {.wrong = kRewritten};
  if (HasTabAround(line)) return {.wrong = kTab};
  if (HasColumns(line)) return {.wrong = kSeveralColumns};
  if (IsMisquoted(line)) return {.wrong = kMisquoted};
  return {std::string(line), FaultOf(line)};
}

}  // namespace lethe::cli
