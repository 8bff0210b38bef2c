#pragma once

#include <string>
#include <vector>

#include "bench/bench_database.h"

namespace lethe::bench {

/// NAME-1 .. NAME-`count`.
std::vector<std::string> AccountNames(const std::string& name, int count);

struct Fill {
  std::vector<int> ports;
  std::vector<std::string> accounts;
  int identifiers;
  int first = 0;  ///< Number of the first of them: those of one database differ.
  int callers_per_port = 8;
};

/// Hands erasures over through the API at the ports, in requests of 1,000 identities, spread over
/// the accounts. Throws if one is refused.
void HandOver(const Fill& fill);

/// Waits until every batch of the database is accepted or done, and throws if that takes more than
/// ten minutes or does not come to `identifiers`. Returns identifiers a second between the first
/// call that was written down and the last answer that was recorded.
double WaitUntilRecorded(const BenchDatabase& database, int identifiers);

}  // namespace lethe::bench
