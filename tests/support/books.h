#pragma once

#include <cstdint>
#include <ostream>

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

}  // namespace lethe::test
