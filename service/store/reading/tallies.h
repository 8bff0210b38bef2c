#pragma once

#include <pqxx/pqxx>

namespace lethe::store {

/// Folds the tallies of past days, so that the gauges cost the same after years. What they add up
/// to stays the same, also for those who read or count meanwhile. Throws what pqxx throws.
void FoldTallies(pqxx::connection& connection);

}  // namespace lethe::store
