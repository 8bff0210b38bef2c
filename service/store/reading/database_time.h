#pragma once

#include <pqxx/pqxx>

#include "lethe/time.h"

namespace lethe::store {

/// What the database's clock says. Throws what pqxx throws.
TimePoint ReadDatabaseTime(pqxx::connection& connection);

}  // namespace lethe::store
