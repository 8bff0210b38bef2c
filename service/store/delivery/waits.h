#pragma once

#include <pqxx/pqxx>

#include "lethe/time.h"

namespace lethe::store {

/// Cuts every wait in the queue to what could begin now, after the database's clock went back:
/// leases to `lease`, rests and delays to `rest`. Without it all would wait longer by as much as
/// the clock went back. Idempotent. Returns how many rows it changed. Throws what pqxx throws.
int BoundWaits(pqxx::connection& connection, milliseconds lease, milliseconds rest);

}  // namespace lethe::store
