#include "cli/identifiers.h"

#include <fstream>

namespace lethe::cli {
namespace {

using Field = google::protobuf::RepeatedPtrField<std::string>;

void Assign(Field* field, const IdentifierArguments& arguments) {
  field->Assign(arguments.values.begin(), arguments.values.end());
}

}  // namespace

bool ReadFile(IdentifierArguments& arguments, std::istream& standard_input) {
  if (arguments.file.empty()) return true;
  std::ifstream file;
  if (arguments.file != "-") file.open(arguments.file);
  std::istream& lines = arguments.file == "-" ? standard_input : file;
  if (!lines) return false;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) arguments.values.push_back(line);
  }
  return !lines.bad();
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
