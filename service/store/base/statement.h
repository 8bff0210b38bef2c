#pragma once

#include <span>
#include <string_view>

namespace lethe::store {

/// A column as its statement's file declares it. `types`: those of PostgreSQL that it may have.
struct StatementColumn {
  std::string_view name;
  std::string_view types;
};

/// One prepared statement, from the file `sql/NAME.sql` of a room. States are literals there: a
/// parameter would keep a partial index from being used. `sql` begins with the name as a comment,
/// so that pg_stat_activity and PostgreSQL's log show it.
struct Statement {
  const char* name;
  const char* sql;
  std::span<const std::string_view> parameters =
      {};  ///< `$1` is the first; a column of rows as `rows.column`.
  std::span<const StatementColumn> columns = {};
};

/// The statements of all rooms. Every session prepares them.
std::span<const Statement> AllStatements();

}  // namespace lethe::store
