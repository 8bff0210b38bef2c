#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/sqlgen/sql_file.h"

namespace lethe::sqlgen {

/// The header of a room's statements: a struct each, in namespace lethe::store::sql. Its members
/// are the parameters; Run() executes it in a transaction and gives its rows, or how many rows it
/// changed where it answers none.
std::string EmitHeader(const std::vector<SqlFile>& files);

/// What belongs to EmitHeader(). `header` is how it includes it.
std::string EmitSource(const std::vector<SqlFile>& files, std::string_view header);

/// The text of all statements of all rooms: what AllStatements() gives.
std::string EmitRegistry(const std::vector<SqlFile>& files);

}  // namespace lethe::sqlgen
