#include "cli/identifiers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace lethe::cli {
namespace {

using Field = google::protobuf::RepeatedPtrField<std::string>;

void Assign(Field* field, const IdentifierArguments& arguments) {
  field->Assign(arguments.values.begin(), arguments.values.end());
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsUtf16(std::string_view start) {
  return start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF");
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t") == line.npos; }

/// Lower case, and without what a column's name is written with: `"User-ID"` is `userid`.
std::string Letters(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') letters += c;
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
  }
  return letters;
}

/// Whether the first column of the line is called like one of identifiers. A person may be called
/// so, but hardly in the first line; the message says what to do then.
bool LooksLikeHeader(std::string_view line) {
  constexpr std::array<std::string_view, 26> kNames{
      "clevertapid", "ctid",      "customerid", "email",       "emailaddress", "emails",
      "guid",        "guids",     "id",         "identifier",  "identifiers",  "identities",
      "identity",    "ids",       "mail",       "mobile",      "mobilenumber", "msisdn",
      "objectid",    "objectids", "phone",      "phonenumber", "phonenumbers", "phones",
      "userid",      "userids"};
  const std::string_view first = line.substr(0, line.find_first_of(",;\t"));
  return std::ranges::find(kNames, Letters(first)) != kNames.end() &&
         first.find_first_of("@+0123456789") == first.npos;
}

bool IsQuoted(std::string_view line) {
  return line.size() >= 2 && line.front() == '"' && line.back() == '"';
}

/// `erasure.identities[3]` is 3 of `identities`.
std::optional<std::size_t> PlaceIn(const std::string& list, const std::string& field) {
  const std::string start = '.' + list + '[';
  const std::size_t at = field.find(start);
  if (at == field.npos || !field.ends_with(']')) return std::nullopt;
  std::size_t place = 0;
  const char* const begin = field.data() + at + start.size();
  const char* const end = field.data() + field.size() - 1;
  const auto [stop, error] = std::from_chars(begin, end, place);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return place;
}

}  // namespace

std::optional<std::string> ReadFile(IdentifierArguments& arguments, bool skip_header,
                                    std::istream& standard_input) {
  if (arguments.file.empty()) return std::nullopt;
  const std::string name = arguments.file == "-" ? "the standard input" : arguments.file;
  std::ifstream file;
  if (arguments.file != "-") file.open(arguments.file);
  std::istream& lines = arguments.file == "-" ? standard_input : file;
  if (!lines) return "cannot read " + name;
  arguments.lines.assign(arguments.values.size(), 0);
  bool at_start = true;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (number == 1 && IsUtf16(line)) return name + " is UTF-16: save it as UTF-8";
    if (number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (line.ends_with('\r')) line.pop_back();
    if (IsBlank(line)) continue;
    const std::string where = name + " line " + std::to_string(number);
    if (std::exchange(at_start, false)) {
      if (skip_header) continue;
      if (LooksLikeHeader(line)) {
        return where + " looks like a header: --header skips it. If it is an identifier, give it " +
               "on the command line";
      }
    }
    if (IsQuoted(line)) {
      return where + " is in quotation marks: CleverTap would take them literally";
    }
    arguments.values.push_back(line);
    arguments.lines.push_back(number);
  }
  if (lines.bad()) return "cannot read " + name;
  return std::nullopt;
}

std::string WhereIs(const std::string& field, const AllIdentifiers& all) {
  const std::array<std::pair<std::string, const IdentifierArguments*>, 3> lists{
      {{"identities", &all.identities}, {"guids", &all.guids}, {"phones", &all.phones}}};
  for (const auto& [list, arguments] : lists) {
    const auto place = PlaceIn(list, field);
    if (!place || *place >= arguments->lines.size() || arguments->lines[*place] == 0) continue;
    return (arguments->file == "-" ? "the standard input" : arguments->file) + " line " +
           std::to_string(arguments->lines[*place]);
  }
  return field;
}

std::optional<std::string> SetOperation(const std::string& operation, const AllIdentifiers& all,
                                        v1::CreatePrivacyRequestRequest& request) {
  const bool guids = !all.guids.values.empty();
  const bool phones = !all.phones.values.empty();
  if (operation == "erasure") {
    if (phones) return "an erasure takes identities or guids, not phones";
    Assign(request.mutable_erasure()->mutable_identities(), all.identities);
    Assign(request.mutable_erasure()->mutable_guids(), all.guids);
  } else if (operation == "demerge") {
    if (guids || phones) return "a demerge takes identities only";
    Assign(request.mutable_demerge()->mutable_identities(), all.identities);
  } else {
    if (guids || !all.identities.values.empty()) return "a disassociation takes phones only";
    Assign(request.mutable_disassociation()->mutable_phones(), all.phones);
  }
  return std::nullopt;
}

}  // namespace lethe::cli
