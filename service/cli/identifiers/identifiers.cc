#include "cli/identifiers/identifiers.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace lethe::cli {
namespace {

using Field = google::protobuf::RepeatedPtrField<std::string>;

void Assign(Field* field, const IdentifierArguments& arguments) {
  field->Assign(arguments.values.begin(), arguments.values.end());
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

bool IsUtf8(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t offset = 0; offset < size;) {
    UChar32 character;
    U8_NEXT(text.data(), offset, size, character);
    if (character < 0) return false;
  }
  return true;
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
  for (const auto* arguments : {&all.identities, &all.guids, &all.phones}) {
    if (!std::ranges::all_of(arguments->values, IsUtf8)) {
      return "an identifier on the command line is not UTF-8";
    }
  }
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
