#pragma once

#include <pqxx/pqxx>

namespace lethe::store {

/// What one round takes: a transaction of tens of milliseconds, whatever has piled up.
struct OutcomeLimits {
  int batches = 200;   ///< That became final since.
  int requests = 500;  ///< Of before outcomes were written.
};

/// Writes the outcomes of requests whose last batch became final since the last call, and of some
/// of those that were final before outcomes were written. Each outcome is written once, by
/// whichever process; while one writes, the others do nothing. Whether there may be more to write
/// now. Throws what pqxx throws.
bool WriteOutcomes(pqxx::connection& connection, const OutcomeLimits& limits = {});

}  // namespace lethe::store
