#pragma once

#include <pqxx/pqxx>
#include <string>

namespace lethe::store {

/// Grants a role, which must exist, the views of the schema `lethe_report`, and takes away what
/// else it was granted there. It gets no right on a table. As the owner. Throws what pqxx throws.
void GrantReports(pqxx::connection& connection, const std::string& role);

}  // namespace lethe::store
