#pragma once

#include <pqxx/pqxx>

#include "lethe/request_lists.h"

namespace lethe::store {

/// RequestLists::FindExceptions(). Throws what pqxx throws.
Page<ExceptionView> ReadExceptions(pqxx::connection& connection,
                                   const FindExceptionsParams& params);

}  // namespace lethe::store
