#pragma once

#include <string>
#include <string_view>

namespace lethe::cli {

/// The name of the line's first column, if it is called as columns of identifiers are (`User ID`,
/// `customer_ref`, `"E-mail"`): it consists of words that say what a column holds and of nothing
/// else, so it may be shown. Empty otherwise. A person may be called so, but hardly in the first
/// line of a file.
std::string ColumnNameIn(std::string_view line);

}  // namespace lethe::cli
