#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "lethe/v1/privacy_request_service.pb.h"

namespace lethe::cli {

/// Identifiers as the command line gives them: on it, or in a file of one per line.
struct IdentifierArguments {
  std::vector<std::string> values;
  std::string file;  ///< `-` is the standard input; empty: none.
};

/// Adds the file's lines to the values; empty lines are skipped, CRLF counts as a line's end. False
/// if the file cannot be read.
bool ReadFile(IdentifierArguments& arguments, std::istream& standard_input);

struct AllIdentifiers {
  IdentifierArguments identities;
  IdentifierArguments guids;
  IdentifierArguments phones;
};

/// Puts the operation and its identifiers into the request. What is wrong, for people, if the
/// operation does not take what was given.
std::optional<std::string> SetOperation(const std::string& operation, const AllIdentifiers& all,
                                        v1::CreatePrivacyRequestRequest& request);

}  // namespace lethe::cli
