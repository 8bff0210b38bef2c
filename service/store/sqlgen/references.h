#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lethe::sqlgen {

/// `name: text` of a call.
struct Argument {
  std::string name;
  std::string text;
  int line;  ///< Where the text begins.
};

/// `@name`, `@name.column`, or `@name(..)`: a call, whose arguments may be an empty list.
struct Reference {
  std::string name;
  std::string column;  ///< Empty if there is none.
  std::optional<std::vector<Argument>> arguments;
  int line;
};

/// What replaces a reference.
using Replacement = std::function<std::string(const Reference&)>;
/// Takes what is wrong, and its line.
using Complain = std::function<void(int line, std::string message)>;

/// The SQL with each reference replaced. `sql` has no comments and begins in line `line` of its
/// file. What stands in SQL's own quotes is no reference.
std::string ReplaceReferences(std::string_view sql, int line, const Replacement& replace,
                              const Complain& complain);

/// The SQL without comments. Every line stays a line.
std::string WithoutComments(std::string_view sql);

/// Takes letters, digits and `_` off the front of `text`.
std::string TakeName(std::string_view& text);

std::string_view Trim(std::string_view text);

}  // namespace lethe::sqlgen
