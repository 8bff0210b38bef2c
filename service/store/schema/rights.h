#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

namespace lethe::store {

/// What the session's role may not do and Lethe does: a sentence for each table. Throws what pqxx
/// throws.
std::vector<std::string> MissingRights(pqxx::connection& connection);

}  // namespace lethe::store
