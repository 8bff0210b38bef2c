#pragma once

namespace lethe::store {

/// One prepared statement. All of the room's SQL is in headers of statements, but for the few of
/// migrations and partitions, so that it can be reviewed as SQL. States are literals: a parameter
/// would keep a partial index from being used.
struct Statement {
  const char* name;
  const char* sql;
};

}  // namespace lethe::store
