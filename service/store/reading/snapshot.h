#pragma once

#include <pqxx/pqxx>

#include "lethe/queue_snapshot.h"

namespace lethe::store {

/// Reads what the gauges show, as of one moment. Throws what pqxx throws.
QueueSnapshot TakeSnapshot(pqxx::connection& connection);

}  // namespace lethe::store
