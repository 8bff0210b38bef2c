#include "cli/identifiers/column_name.h"

#include <array>
#include <vector>

#include "cli/identifiers/identifiers.h"

namespace lethe::cli {
namespace {

constexpr std::array<std::string_view, 83> kWords{
    "account",   "address",    "alias",       "app",        "buyer",    "cell",       "cid",
    "clevertap", "client",     "clients",     "contact",    "crm",      "ct",         "cuid",
    "customer",  "customers",  "data",        "device",     "email",    "emails",     "employee",
    "external",  "guest",      "guid",        "guids",      "handle",   "hash",       "hashed",
    "id",        "identifier", "identifiers", "identities", "identity", "ids",        "index",
    "internal",  "item",       "key",         "login",      "loyalty",  "mail",       "mails",
    "member",    "members",    "mobile",      "msisdn",     "name",     "no",         "nr",
    "num",       "number",     "numbers",     "object",     "patient",  "people",     "person",
    "phone",     "phones",     "pid",         "player",     "profile",  "profiles",   "record",
    "ref",       "reference",  "row",         "shopper",    "subject",  "subscriber", "subscribers",
    "tel",       "telephone",  "token",       "uid",        "uids",     "unique",     "user",
    "users",     "uuid",       "uuids",       "value",      "visitor",  "whatsapp"};

bool IsLetter(char c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'); }

/// Whether the text, in lower case, is one or more of kWords in a row.
bool IsMadeOfWords(std::string_view text) {
  std::vector<bool> reached(text.size() + 1, false);
  reached[0] = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!reached[at]) continue;
    for (const std::string_view word : kWords) {
      if (text.substr(at).starts_with(word)) reached[at + word.size()] = true;
    }
  }
  return !text.empty() && reached.back();
}

std::string_view WithoutFrame(std::string_view text) {
  constexpr std::string_view kFrame = " \t\"'";
  const std::size_t begin = text.find_first_not_of(kFrame);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kFrame) - begin + 1);
}

}  // namespace

std::string ColumnNameIn(std::string_view line) {
  constexpr std::string_view kBetweenWords = " _-.()/:#*";
  // Not at the file's start, where it was removed, if blank lines come first.
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const std::string_view name = WithoutFrame(line.substr(0, line.find_first_of(",;\t|")));
  std::string letters;
  for (const char c : name) {
    if (IsLetter(c)) {
      letters += static_cast<char>(c | 0x20);
    } else if (kBetweenWords.find(c) == kBetweenWords.npos) {
      return {};
    }
  }
  return IsMadeOfWords(letters) ? std::string(name) : std::string();
}

}  // namespace lethe::cli
