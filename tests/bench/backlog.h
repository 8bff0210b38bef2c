#pragma once

#include <string>
#include <vector>

#include "bench/bench_database.h"

namespace lethe::bench {

/// NAME-1 .. NAME-`count`.
std::vector<std::string> AccountNames(const std::string& name, int count);

/// Hands erasures over through the API at `ports`, in requests of 1,000 identities from 8 callers
/// to a port, spread over the accounts; returns how many identifiers a second became durable.
/// Identities are `user-N@example.com` from N = `first` on. Throws if one is refused.
struct Fill {
  std::vector<int> ports;
  std::vector<std::string> accounts;
  int first = 0;
  int identifiers;
};
double HandOver(const Fill& fill);

/// Waits until every batch of the database is accepted or done, and throws if that takes more than
/// ten minutes or does not come to `identifiers`. Returns identifiers a second between the first
/// call that was written down and the last answer that was recorded.
double WaitUntilRecorded(const BenchDatabase& database, int identifiers);

}  // namespace lethe::bench
