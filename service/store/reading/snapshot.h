#pragma once

#include <pqxx/pqxx>

#include "lethe/queue_snapshot.h"

namespace lethe::store {

/// What the gauges show, from one moment of the database. Throws what pqxx throws.
QueueSnapshot TakeSnapshot(pqxx::connection& connection);

}  // namespace lethe::store
