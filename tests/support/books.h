#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "support/postgres.h"

namespace lethe::test {

/// How many identifiers there are by three tables that must agree: what was accepted, what has a
/// state, what was kept.
struct Books {
  std::int64_t accepted = 0;   ///< By request.
  std::int64_t in_states = 0;  ///< By batch.
  std::int64_t kept = 0;       ///< By request_item.

  bool balanced() const { return accepted == in_states && in_states == kept; }
  friend std::ostream& operator<<(std::ostream& out, const Books& books) {
    return out << books.accepted << " accepted, " << books.in_states << " in states, " << books.kept
               << " kept";
  }
};

/// In one statement, so of one moment.
inline Books ReadBooks(const TestDatabase& database) {
  const auto row = database.Run(
      "select (select coalesce(sum(item_count), 0) from request),"
      "       (select coalesce(sum(hi - lo + 1), 0) from batch),"
      "       (select count(*) from request_item)")[0];
  return {row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>()};
}

/// Batches that are not done.
inline int CountUnfinished(const TestDatabase& database) {
  return database.Run("select count(*) from batch where state <> 'done'")[0][0].as<int>();
}

/// Batches that neither ended nor wait for a person.
inline int CountUndecided(const TestDatabase& database) {
  return database
      .Run("select count(*) from batch where state not in ('done', 'rejected', 'needs_review')")[0]
                                                                                                [0]
      .as<int>();
}

/// Those batches and what may hold them up, row by row: for the message of a failure.
inline std::string Undecided(const TestDatabase& database) {
  std::string rows;
  for (const auto& row : database.Run(
           "select b::text from batch b where state not in ('done', 'rejected', 'needs_review') "
           "union all select a::text from account_state a "
           "union all select r::text from route_block r "
           "union all select s::text from slot s "
           "where holder is not null or cool_down_until is not null")) {
    rows += row[0].c_str();
    rows += '\n';
  }
  return rows;
}

}  // namespace lethe::test
