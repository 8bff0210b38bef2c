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

  /// The line of each value that came from the file; the values before them, on the command line,
  /// have none.
  std::vector<int> lines = {};
};

/// Adds the file's lines to the values. A byte-order mark at the start and CRLF are not part of a
/// line, and blank lines are skipped; everything else stays as it is, for the server to judge.
/// `skip_header`: the first line that is not blank is a header.
/// What is wrong, for people, without the text of any line: the file cannot be read, is UTF-16,
/// begins with what looks like a header, or has a line in quotation marks.
std::optional<std::string> ReadFile(IdentifierArguments& arguments, bool skip_header,
                                    std::istream& standard_input);

struct AllIdentifiers {
  IdentifierArguments identities;
  IdentifierArguments guids;
  IdentifierArguments phones;
};

/// Where the identifier came from that an error of the server speaks of, as in
/// `erasure.identities[3]`: `people.txt line 12`. The field itself if it is none, or was not in a
/// file.
std::string WhereIs(const std::string& field, const AllIdentifiers& all);

/// Puts the operation and its identifiers into the request. What is wrong, for people, if the
/// operation does not take what was given.
std::optional<std::string> SetOperation(const std::string& operation, const AllIdentifiers& all,
                                        v1::CreatePrivacyRequestRequest& request);

}  // namespace lethe::cli
