#pragma once

#include <string>
#include <string_view>

namespace lethe::cli {

/// What a line of a file of identifiers holds.
struct IdentifierLine {
  std::string identifier = {};

  /// What is wrong with the line and what to do about it, to be read behind its number and without
  /// a word of its text; empty: nothing.
  std::string_view wrong = {};
};

/// Reads a line that is not blank. The identifier is the line as it is, or what stands between the
/// quotation marks if the line is one quoted field of a CSV file: an identifier with a comma or a
/// semicolon in it is written so. Wrong is what is more likely an accident of a spreadsheet, an SQL
/// client, a mail program or a developer than an identifier: several columns or identifiers, a tab
/// around the line, quotation marks that do not enclose the line, an apostrophe in front, what
/// stands for no value (`NULL`), the frame of a table, a number that was rounded or has become a
/// decimal (`1.2E+12`, `4711.0`), a comment, a link (`mailto:..`), a name with an address (`Ann
/// <..>`), JSON.
IdentifierLine ReadLine(std::string_view line);

}  // namespace lethe::cli
