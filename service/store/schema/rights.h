#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "lethe/result.h"

namespace lethe::store {

/// Grants `role` what `lethed serve` does with the tables, and takes from it all else: decisions
/// and attempts cannot be deleted, nor what was accepted changed. For a session of the role that
/// owns the tables; nothing happens if that is `role`. Idempotent; a service that runs does not
/// notice. Throws what pqxx throws.
void GrantRights(pqxx::connection& connection, const std::string& role);

/// What the session's role may not do and Lethe does: a sentence each. Throws what pqxx throws.
std::vector<std::string> MissingRights(pqxx::connection& connection);

/// kFailedPrecondition SCHEMA_OUT_OF_DATE, with the first sentence of MissingRights().
Status CheckRights(pqxx::connection& connection);

}  // namespace lethe::store
