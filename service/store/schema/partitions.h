#pragma once

#include <pqxx/pqxx>

#include "lethe/result.h"
#include "lethe/time.h"

namespace lethe::store {

/// Months made ahead of the current one: how long a service still takes requests if its pass
/// fails.
inline constexpr int kMonthsAhead = 3;

/// Makes the monthly partitions of `request`, `request_item` and `item_digest` from the month
/// before `now` to kMonthsAhead after it, where they are missing, and answers how many it made.
/// Idempotent; any process may call it at any time. Waits only briefly for locks: kUnavailable
/// means that the next pass should try again.
Result<int> EnsurePartitions(pqxx::connection& connection, TimePoint now);

}  // namespace lethe::store
