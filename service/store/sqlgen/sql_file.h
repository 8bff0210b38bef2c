#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lethe::sqlgen {

/// A type as it is declared in a .sql file: `int`, `text?` (may be null), `bigint[]` (parameters
/// only).
struct DeclaredType {
  std::string word;
  bool nullable = false;
  bool array = false;
};

/// A parameter. One with a group, declared `@routes.account`, is a column of rows that the caller
/// adds; each of these columns is bound as an array.
struct Parameter {
  std::string group;
  std::string name;
  DeclaredType type;
  std::string comment;
  int line;

  std::string full_name() const { return group.empty() ? name : group + '.' + name; }
};

/// A column that the statement answers.
struct Column {
  std::string name;
  DeclaredType type;
  std::string comment;
  int line;
};

/// One statement. In its file:
///
///     -- What it does: the comment of the struct.
///     -- @account text          its account. A comment may go on in
///     --                        the next line, which is indented
///     -- @routes.operation operation
///     -- > pos int              the columns that it answers, each by its name in the SQL
///     select pos from item where account = @account and @sendable(linger: 5)
///
/// The file's name is the statement's. `@name(argument: text, ..)` stands for a fragment.
struct SqlFile {
  std::string path;
  std::string name;
  std::vector<std::string> doc;
  std::vector<Parameter> parameters;  ///< In the order of their numbers in `sql`.
  std::vector<Column> columns;
  std::string sql;  ///< As it is prepared: `$1` .., fragments expanded, no comments but its name.
};

/// A piece of SQL that several statements share.
///
///     -- What it says.
///     -- @linger: the argument, whose text replaces it
///     -- @batch: of a table as well, whose columns follow it
///     @batch.opened_at <= present.t - @linger
struct Fragment {
  std::string path;
  std::string name;
  std::vector<std::string> arguments;
  std::string sql;  ///< Without comments.
};
using Fragments = std::map<std::string, Fragment, std::less<>>;

/// What is wrong with a file, as compilers say it.
struct Problem {
  std::string path;
  int line;
  std::string message;

  std::string Text() const { return path + ':' + std::to_string(line) + ": " + message; }
};

/// Reads a statement. Nothing if there are problems, which are added to `problems`: a parameter
/// that is not declared, one that is declared and not used or twice, an unknown type, fragment or
/// argument, or a file that answers columns of the same name.
std::optional<SqlFile> ParseStatement(const std::string& path, std::string_view text,
                                      const Fragments& fragments, std::vector<Problem>& problems);

/// Reads a fragment. Arguments that are not declared, or declared and not used, are problems, and
/// so are fragments within it.
std::optional<Fragment> ParseFragment(const std::string& path, std::string_view text,
                                      std::vector<Problem>& problems);

/// Adds a fragment. Another of its name is a problem.
void AddFragment(Fragment fragment, Fragments& fragments, std::vector<Problem>& problems);

/// Finds statements of one name: sessions have one space of names.
void FindDuplicates(const std::vector<SqlFile>& files, std::vector<Problem>& problems);

}  // namespace lethe::sqlgen
