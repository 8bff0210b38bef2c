#pragma once

#include <optional>
#include <string>
#include <string_view>
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

  /// What of the file was taken for a header, for people; empty: nothing.
  std::string skipped_header = {};
};

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Whether the text is well-formed UTF-8, which is all that a call can carry.
bool IsUtf8(std::string_view text);

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
/// operation does not take what was given, or an identifier on the command line is not UTF-8.
std::optional<std::string> SetOperation(const std::string& operation, const AllIdentifiers& all,
                                        v1::CreatePrivacyRequestRequest& request);

}  // namespace lethe::cli
