#pragma once

#include <istream>
#include <optional>
#include <string>

#include "cli/identifiers/identifiers.h"

namespace lethe::cli {

/// Adds the identifiers of the file's lines to the values, by ReadLine(). A byte-order mark at the
/// start and CRLF are not part of a line, and blank lines are skipped; everything else is for the
/// server to judge. `skip_header`: the first line that is not blank is a header.
/// What is wrong, for people, with the number of the line and without its text: the file cannot be
/// read, is not UTF-8, has a line that is no identifier, begins with what looks like a header, or
/// is to lose a first line that does not look like one.
std::optional<std::string> ReadFile(IdentifierArguments& arguments, bool skip_header,
                                    std::istream& standard_input);

}  // namespace lethe::cli
