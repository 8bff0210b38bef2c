#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "lethe/request_lists.h"

namespace lethe::store {

/// RequestLists::LookUp(), by the digests of the identifier under each MAC key. Throws what pqxx
/// throws.
std::vector<SubjectItem> LookUpSubject(pqxx::connection& connection, const LookUpParams& params,
                                       const std::vector<std::string>& digests);

}  // namespace lethe::store
